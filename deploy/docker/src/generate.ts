import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder, generatedFiles } from './generated-files.ts';

// Part of `npm run generate`.

for (const [name, content] of generatedFiles()) await writeFile(join(folder, name), content);
