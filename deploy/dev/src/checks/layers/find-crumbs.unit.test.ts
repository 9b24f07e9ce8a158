import { expect, test } from 'vitest';
import { readSourceFiles } from '../source-files.ts';
import { findCrumbs } from './find-crumbs.ts';
import { readModuleGraph } from './read-module-graph.ts';
import { type Files, withFixtureProject } from './testing/fixture-project.ts';

const crumbsOf = (files: Files, most: number) =>
  withFixtureProject(files, async (root) =>
    findCrumbs(readSourceFiles(root), await readModuleGraph(root), most).map(({ file }) => file),
  );

test('short files with one importer are refused when there are too many', async () => {
  const files = {
    'services/bids/src/main.ts':
      "import './config.ts';\nimport './short.ts';\nimport './long.ts';\nimport './two.ts';\n",
    'services/bids/src/long.ts': `import type { A } from './two.ts';\n${'\n//'.repeat(25)}`,
    'services/bids/src/short.ts': 'export const a = 1;\n',
    'services/bids/src/two.ts': 'export type A = 1;\n',
    'services/bids/src/config.ts': 'export const b = 1;\n',
  };
  expect(await crumbsOf(files, 0)).toEqual(['services/bids/src/short.ts']);
  expect(await crumbsOf(files, 1)).toEqual([]);
});

test('tests count neither as importers nor as short files', async () => {
  const files = {
    'services/bids/src/main.ts': "import './a.ts';\n",
    'services/bids/src/a.ts': 'export const a = 1;\n',
    'services/bids/src/a.unit.test.ts': "import './a.ts';\nimport './testing/b.ts';\n",
    'services/bids/src/testing/b.ts': 'export const b = 1;\n',
  };
  expect(await crumbsOf(files, 0)).toEqual(['services/bids/src/a.ts']);
});
