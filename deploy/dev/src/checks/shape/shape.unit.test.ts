import { expect, test } from 'vitest';
import { findPrivateEnglish } from './find-private-english.ts';
import { findOpenExports, findShapeViolations } from './find-shape-violations.ts';
import { findUnlistedPackages } from './find-unlisted-packages.ts';

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

test('a file of more than 300 lines is refused', () => {
  expect(check('proto/src/registry.ts', '//\n'.repeat(300))).toEqual([]);
  expect(check('proto/src/registry.ts', '//\n'.repeat(301))).toEqual([301]);
});

test('a wildcard export is refused', () => {
  expect(check('proto/src/registry.ts', "export { a } from './a.ts';\nexport * from './b.ts';")).toEqual([2]);
});

test('a wait that keeps the default timeout of one second is refused', () => {
  const waits =
    'await vi.waitFor(check);\nawait vi.waitFor(check, { timeout: 30_000 });\nawait vi.waitUntil(check);\n';
  expect(check('services/bids/src/bids.int.test.ts', waits)).toEqual([1, 3]);
  expect(check('bff/app/page.tsx', 'page.waitFor(check); waitFor(check);')).toEqual([]);
});

test('exports that open a package or name an inner folder are refused', () => {
  const manifest = (exports: object) => [
    { path: 'services/auth/package.json', text: JSON.stringify({ exports }) },
  ];
  expect(
    findOpenExports(manifest({ './pool': './src/pool.ts', './testing/pool': './src/testing/pool.ts' })),
  ).toEqual([]);
  expect(findOpenExports(manifest({ './*': './src/*.ts' }))).toHaveLength(1);
  expect(findOpenExports(manifest({ './adapters/pool': './src/adapters/pool.ts' }))).toHaveLength(1);
  expect(findOpenExports([{ path: 'services/auth/package.json', text: '{}' }])).toEqual([]);
});

test('a package that is imported and missing in package.json is refused', () => {
  const manifest = {
    path: 'services/auth/package.json',
    text: JSON.stringify({ name: '@gavel/auth-service', dependencies: { '@gavel/proto': '0.1.0' } }),
  };
  const found = (text: string) =>
    findUnlistedPackages([{ path: 'services/auth/src/main.ts', text }], [manifest]).map(({ file }) => file);
  expect(found("import { a } from '@gavel/proto/a';\nimport { b } from '@gavel/auth-service/b';")).toEqual(
    [],
  );
  expect(found("import {\n  a,\n} from '@gavel/postgres/pool';")).toEqual([manifest.path]);
  expect(found("  const text = `import '@gavel/outbox/append';`;")).toEqual([]);
});

test('refused phrases are found in comments and Markdown, with their lines', () => {
  const found = (path: string, text: string) =>
    findPrivateEnglish([{ path, text }]).map(({ line, message }) => `${line} ${message}`);
  expect(found('proto/src/a.ts', 'const a = 1;\n// 500 ms unless told.\n')).toEqual([
    '2 "unless told" is not plain English: write "default: …"',
  ]);
  expect(found('proto/src/a.ts', '/** A limit\n * that holds unless\n * told. */')).toHaveLength(1);
  expect(found('README.md', '# A\n\nWhoever bids.')).toHaveLength(1);
  expect(found('proto/src/a.ts', "const a = 'unless told';")).toEqual([]);
});
