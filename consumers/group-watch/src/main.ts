import { createPool } from '@gavel/postgres/pool';
import { databaseKey } from '@gavel/proto/process';
import { createHealth } from '@gavel/service-runtime/health';
import { sendJson, startHttpServer } from '@gavel/service-runtime/http-server';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/run-process';
import { type GroupWatchConfig, readGroupWatchConfig } from './config.ts';
import { groupWatchProcess, watchedConsumers } from './process.ts';
import { watchQueueGroup } from './watch-queue-group.ts';
import { watchStreamGroup } from './watch-stream-group.ts';
import type { WatchedGroup } from './watched-group.ts';

const { name } = groupWatchProcess;

/** Watches every group. Returns the base URL of the HTTP server. */
export async function startGroupWatch(
  config: GroupWatchConfig,
  { onStop }: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const groups: WatchedGroup[] = [];
  for (const { consumer, database } of watchedConsumers) {
    const definition = await consumer();
    const url = config[databaseKey(database.name)];
    const pool = createPool({ connectionString: url, applicationName: name, max: 2 });
    onStop(`database ${database.name}`, () => pool.end());
    const base = { pool, measureMs: config.GROUP_WATCH_SECONDS * 1000 };
    const group =
      'stream' in definition
        ? watchStreamGroup({ ...base, group: definition, streamUrl: config.STREAM_URL })
        : watchQueueGroup({ ...base, definition, amqpUrl: config.AMQP_URL });
    onStop(`group ${group.name}`, () => group.stop());
    groups.push(group);
  }
  const health = createHealth();
  for (const group of groups) {
    health.check(group.name, () => {
      const problem = group.problem();
      if (problem !== undefined) throw problem;
    });
  }
  const status = () => groups.map((group) => ({ group: group.name, lag: group.lag() }));
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    handlers: { '/status': (_, response) => sendJson(response, 200, { groups: status() }) },
  });
  onStop('http server', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

if (import.meta.main) {
  runProcess(name, async (scope) => {
    await startGroupWatch(readGroupWatchConfig(), scope);
  });
}
