import { findProcess, processesFor } from '@gavel/processes';
import { environment, readDevConfig } from '../config.ts';
import { httpUrl } from '../system/system-context.ts';
import { type KeptState, readServerUrls, readState, type ServerUrls } from '../system/system-files.ts';
import { type Health, healthOf, supervised } from './health.ts';
import { runCommand, tableLines } from './terminal.ts';

interface Row {
  readonly name: string;
  readonly pid: number | null;
  readonly health: Health;
  readonly url: string | null;
  readonly restarts: number;
  readonly log: string | null;
}

await runCommand(async () => {
  const config = readDevConfig(environment);
  const state = await readState(config.directory);
  const kept = supervised(state) ? state.kept : [];
  const serverUrls = await readServerUrls(config.directory);
  const nats = config.nats || kept.some((each) => each.name === 'nats-bridge');
  const servers = kept.filter((each) => findProcess(each.name) === undefined);
  const rows = await Promise.all([
    ...processesFor({ nats }).map(({ name }) =>
      row(name, kept, serverUrls, httpUrl(config.processPorts[name])),
    ),
    ...(kept.length > 0 ? servers.map((each) => each.name) : ['postgres', 'rabbitmq', 'redis']).map((name) =>
      row(name, kept, serverUrls, null),
    ),
  ]);
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ processes: rows })}\n`);
    return;
  }
  if (!supervised(state)) console.log('Nothing is running. `make up` starts everything.');
  const table = [['NAME', 'PID', 'HEALTH', 'RESTARTS', 'URL'], ...rows.map(cells)];
  for (const line of tableLines(table)) console.log(line);
});

async function row(
  name: string,
  kept: readonly KeptState[],
  serverUrls: ServerUrls,
  url: string | null,
): Promise<Row> {
  const found = kept.find((each) => each.name === name);
  if (found === undefined) return { name, pid: null, health: 'stopped', url, restarts: 0, log: null };
  const health = await healthOf(found, serverUrls);
  const pid = health === 'stopped' ? null : found.pid;
  return { name, pid, health, url: found.url, restarts: found.restarts, log: found.logFile };
}

function cells(each: Row): string[] {
  return [each.name, String(each.pid ?? '-'), each.health, String(each.restarts), each.url ?? '-'];
}
