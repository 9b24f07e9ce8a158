/** `node main.ts [root]`: fails on a file whose name, length or habits the style page forbids. */
import { reportViolations } from '../report-violations.ts';
import { readSourceFiles } from '../source-files.ts';
import { findShapeViolations } from './find-shape-violations.ts';

const files = readSourceFiles(process.argv[2] ?? process.cwd());
reportViolations(findShapeViolations(files), `${files.length} files are in shape`);
