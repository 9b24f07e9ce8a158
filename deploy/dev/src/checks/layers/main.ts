/** `node main.ts [root]`: fails on any import that breaks a rule of the design, and on too many short files with one importer. */
import { reportViolations } from '../report-violations.ts';
import { readSourceFiles } from '../source-files.ts';
import { findCrumbs } from './find-crumbs.ts';
import { findViolations } from './find-violations.ts';
import { readModuleGraph } from './read-module-graph.ts';

const root = process.argv[2] ?? process.cwd();
const files = readSourceFiles(root);
const modules = await readModuleGraph(root);
const violations = [...findViolations(root, modules), ...findCrumbs(files, modules)];
reportViolations(violations, `the imports of ${files.length} files follow the rules`);
