import { readFile, writeFile } from 'node:fs/promises';
import { withChartProcesses } from './chart-processes.ts';

// Part of `npm run generate`: writes the processes into the chart's values.

const values = new URL('../chart/values.yaml', import.meta.url);
await writeFile(values, await withChartProcesses(await readFile(values, 'utf8')));
