import { keepHeapSmall } from '@gavel/consumer-runtime/small-heap';
import { type RunningConsumer, startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { createPool } from '@gavel/postgres/pool';
import { createHealth } from '@gavel/service-runtime/health';
import { sendJson, startHttpServer } from '@gavel/service-runtime/http-server';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/process';
import { type ConsumerConfig, readConsumerConfig } from './config.ts';
import { userStatsConsumer } from './consumer.ts';

/** Wires and starts the consumer; returns the base URL of its health answers. */
export async function startUserStatsConsumer(
  config: ConsumerConfig,
  scope: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: 'consumer-user-stats',
    max: config.DATABASE_POOL,
  });
  scope.onStop('database', () => pool.end());

  const consumer: RunningConsumer = startConsumer({
    definition: userStatsConsumer,
    pool,
    streamUrl: config.STREAM_URL,
  });
  scope.onStop('consumer', () => consumer.stop());

  const health = createHealth();
  health.check('database', () => pool.query('SELECT 1').then(() => undefined));
  health.check('consumer', () => consumer.check());
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    handlers: { '/status': (_, response) => sendJson(response, 200, consumer.status()) },
  });
  scope.onStop('http', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

if (import.meta.main) {
  keepHeapSmall();
  runProcess('consumer-user-stats', async (scope) => {
    await startUserStatsConsumer(readConsumerConfig(), scope);
  });
}
