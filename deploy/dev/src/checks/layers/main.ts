/** `node main.ts [root]`: fails on any import that goes against the arrows of the design. */
import { reportViolations } from '../report-violations.ts';
import { readPackages, readSourceFiles } from '../source-files.ts';
import { findViolations } from './find-violations.ts';

const root = process.argv[2] ?? process.cwd();
const files = readSourceFiles(root);
reportViolations(findViolations(files, readPackages(root)), `${files.length} files follow the arrows`);
