/** `node main.ts [root]`: fails on what the style page forbids and no linter knows. */
import { reportViolations } from '../report-violations.ts';
import { readDocuments, readManifests, readSourceFiles } from '../source-files.ts';
import { findPrivateEnglish } from './find-private-english.ts';
import { findOpenExports, findShapeViolations } from './find-shape-violations.ts';
import { findUnlistedPackages } from './find-unlisted-packages.ts';

const root = process.argv[2] ?? process.cwd();
const files = readSourceFiles(root);
const manifests = readManifests(root);
const violations = [
  ...findShapeViolations(files),
  ...findOpenExports(manifests),
  ...findUnlistedPackages(files, manifests),
  ...findPrivateEnglish([...files, ...readDocuments(root)]),
];
reportViolations(violations, `${files.length} files are in shape`);
