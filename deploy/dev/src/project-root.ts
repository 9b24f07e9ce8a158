import { join, resolve } from 'node:path';

/** The root of the checkout: the folder that holds the root package.json. */
export const projectRoot: string = resolve(import.meta.dirname, '../../..');

/** The git-ignored folder under which the launcher and the tests keep everything they write. */
export const gavelDirectory: string = join(projectRoot, '.gavel');
