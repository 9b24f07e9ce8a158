/** `node main.ts [root]`: fails on any import that breaks a rule of the design. */
import { reportViolations } from '../report-violations.ts';
import { findViolations } from './find-violations.ts';

const { violations, files } = await findViolations(process.argv[2] ?? process.cwd());
reportViolations(violations, `the imports of ${files} files follow the rules`);
