/** `make verify URL=https://…`: whether this Gavel works, as people see it. Without a URL: the one that `make up` started. */
import { parseArgs } from 'node:util';
import { tableLines } from '@gavel/dev/commands/terminal';
import { environment, readDevConfig } from '@gavel/dev/config';
import { httpUrl } from '@gavel/dev/system/system-context';
import { processesFor } from '@gavel/processes';
import { verify } from './verify.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '30' } },
});

const results = await verify({
  ...(positionals[0] ? { url: positionals[0] } : localSystem()),
  patienceMs: Number(values.seconds) * 1000,
});
const rows = results.map(({ step, ms, problem, part }) => [
  step,
  `${(ms / 1000).toFixed(2)} s`,
  problem === undefined ? 'ok' : `FAILED (${part}): ${problem}`,
]);
for (const line of tableLines([['STEP', 'TIME', 'RESULT'], ...rows])) console.log(line);
const broken = new Set(results.flatMap(({ part }) => part ?? []));
if (broken.size > 0) {
  console.error(`\n✗ This does not work: ${[...broken].join(', ')}`);
  process.exitCode = 1;
}

/** The addresses of what `make up` starts, with every process. */
function localSystem() {
  const { processPorts, nats } = readDevConfig(environment);
  return {
    url: httpUrl(processPorts.bff),
    processes: Object.fromEntries(
      processesFor({ nats }).map(({ name }) => [name, httpUrl(processPorts[name])]),
    ),
  };
}
