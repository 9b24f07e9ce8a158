import { join, resolve } from 'node:path';

/** The root of the checkout: the folder that holds the root package.json. */
export const projectRoot: string = resolve(import.meta.dirname, '../../..');

/** The folder for everything that the launcher and the tests write. Git ignores it. */
export const gavelDirectory: string = join(projectRoot, '.gavel');
