import { expect, test } from 'vitest';
import { findShapeViolations } from './find-shape-violations.ts';

const check = (path: string, text: string) => findShapeViolations([{ path, text }]).map(({ line }) => line);

test.each(['utils', 'common', 'shared', 'helpers'])('a folder named %s is refused', (folder) => {
  expect(check(`services/bids/src/${folder}/money.ts`, '')).toEqual([1]);
});

test('the environment is read in config.ts and in tests only', () => {
  const reads = 'const a = 1;\nexport const port = process.env.PORT;\n';
  expect(check('services/bids/src/main.ts', reads)).toEqual([2]);
  expect(check('services/bids/src/config.ts', reads)).toEqual([]);
  expect(check('services/bids/src/bids.int.test.ts', reads)).toEqual([]);
  expect(check('services/bids/src/main.ts', '/* process.env */ // process.env')).toEqual([]);
});

test('a file past 300 lines is refused', () => {
  expect(check('proto/src/registry.ts', '//\n'.repeat(300))).toEqual([]);
  expect(check('proto/src/registry.ts', '//\n'.repeat(301))).toEqual([301]);
});

test('a wildcard export is refused', () => {
  expect(check('proto/src/registry.ts', "export { a } from './a.ts';\nexport * from './b.ts';")).toEqual([2]);
});

test('a wait without a limit of its own is refused: the one that it has is a second', () => {
  const waits =
    'await vi.waitFor(check);\nawait vi.waitFor(check, { timeout: 30_000 });\nawait vi.waitUntil(check);\n';
  expect(check('services/bids/src/bids.int.test.ts', waits)).toEqual([1, 3]);
  expect(check('bff/app/page.tsx', 'page.waitFor(check); waitFor(check);')).toEqual([]);
});
