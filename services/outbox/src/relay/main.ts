import { createHealth } from '@gavel/service-runtime/health';
import { startHttpServer } from '@gavel/service-runtime/http-server';
import { runProcess } from '@gavel/service-runtime/run-process';
import { readRelayConfig } from './config.ts';
import { addRelayChecks } from './readiness.ts';
import { startRelay } from './start-relay.ts';

runProcess('relay', async (scope) => {
  const config = readRelayConfig();
  const relay = startRelay({
    outbox: config.OUTBOX,
    databaseUrl: config.DATABASE_URL,
    amqpUrl: config.AMQP_URL,
    streamUrl: config.STREAM_URL,
    retentionSeconds: config.OUTBOX_RETENTION_SECONDS,
    pollMs: config.OUTBOX_POLL_MS,
  });
  scope.onStop('relay', () => relay.stop());
  const health = createHealth();
  addRelayChecks(health, relay);
  const server = await startHttpServer({ host: config.HOST, port: config.PORT, health });
  scope.onStop('http server', () => server.close());
});
