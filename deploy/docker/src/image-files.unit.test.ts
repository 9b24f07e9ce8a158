import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { processes } from '@gavel/processes';
import { expect, it } from 'vitest';
import { imageFiles } from './image-files.ts';

const root = resolve(import.meta.dirname, '../../..');
// Types are erased, so a package that only a type comes from is not needed.
const imported = /^(?:import|export|\})(?! type\b)(?: [^'\n]*)? from '([^'.\n][^'\n]*)';$/gm;

/** The packages that the files of a folder import, without its tests. */
function importsOf(folder: string): Set<string> {
  const files = globSync('**/*.ts', { cwd: join(root, folder), exclude: ['**/*.test.ts', '**/testing/**'] });
  const names = files.flatMap((file) =>
    [...readFileSync(join(root, folder, file), 'utf8').matchAll(imported)].map(([, name = '']) => name),
  );
  return new Set(names.filter((name) => !isBuiltin(name)).map(packageOf));
}

/** `@gavel/proto` for `@gavel/proto/gen/bids/v1/bids_pb`. */
function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

// The build of the web app contains what its pages import.
const programs = processes.filter(({ kind }) => kind !== 'web');

it.each(programs.map(({ name, entry }) => [name, entry]))(
  'puts every package that %s imports into its image',
  async (_, entry) => {
    const { packages, modules, links } = await imageFiles(root, entry);
    const contained = new Set(
      [...links.keys(), ...modules].map((path) => path.replace(/^.*node_modules\//, '')),
    );
    let found = 0;
    for (const folder of packages) {
      const needed = importsOf(folder);
      found += needed.size;
      const missing = [...needed].filter((name) => !contained.has(name));
      expect(missing, folder).toEqual([]);
    }
    expect(found).toBeGreaterThan(10);
  },
);

it('puts only what a process needs into its image', async () => {
  const { packages, modules } = await imageFiles(root, 'services/user-stats/src/main.ts');
  expect(packages).toContain('services/user-stats');
  expect(packages).not.toContain('services/bids');
  expect(modules).toContain('node_modules/pg');
  for (const name of ['vitest', 'typescript', 'next', '@types/pg', 'amqplib']) {
    expect(modules).not.toContain(`node_modules/${name}`);
  }
});
