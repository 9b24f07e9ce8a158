import { type StreamName, streams } from '@gavel/proto/topology';
import { createHealth } from '@gavel/service-runtime/health';
import { sendJson, startHttpServer } from '@gavel/service-runtime/http-server';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/run-process';
import type { NatsFiles } from './adapters/jetstream/connect-once.ts';
import { createJetStreamMirror } from './adapters/jetstream/jetstream-mirror.ts';
import { createEventLog } from './adapters/rabbitmq/event-log.ts';
import { startStreamMirror } from './application/stream-mirror.ts';
import { observePartitions } from './application/telemetry.ts';
import { type BridgeConfig, readBridgeConfig } from './config.ts';
import { natsBridgeProcess } from './process.ts';

/** Starts the bridge. Returns the base URL of its HTTP server. */
export async function startNatsBridge(
  config: BridgeConfig,
  scope: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const log = createEventLog(config.STREAM_URL, 'nats-bridge');
  scope.onStop('stream', () => log.close());
  const mirrors = (Object.keys(streams) as StreamName[]).map((stream) => {
    const mirror = createJetStreamMirror({
      stream,
      url: config.NATS_URL,
      files: filesOf(config),
      maxBytes: config.NATS_MAX_BYTES,
      replicas: config.NATS_REPLICAS,
    });
    return startStreamMirror({ stream, log, mirror });
  });
  scope.onStop('mirrors', async () => {
    await Promise.all(mirrors.map((mirror) => mirror.stop()));
  });
  const partitions = () => mirrors.flatMap((mirror) => mirror.status());
  scope.onStop('metrics', observePartitions(partitions));

  const health = createHealth();
  health.check('mirror', () => {
    const bad = partitions().filter(({ state }) => state !== 'running');
    if (bad.length === 0) return partitions();
    throw new Error(
      bad.map(({ partition, state, problem }) => `${partition} ${state}: ${problem ?? '…'}`).join('; '),
    );
  });
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    handlers: {
      '/status': (_, response) =>
        sendJson(response, 200, { consumer: 'nats-bridge', partitions: partitions() }),
    },
  });
  scope.onStop('http', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

function filesOf(config: BridgeConfig): NatsFiles {
  return {
    credentialsFile: config.NATS_CREDENTIALS,
    caFile: config.NATS_CA_FILE,
    certFile: config.NATS_CERT_FILE,
    keyFile: config.NATS_KEY_FILE,
  };
}

if (import.meta.main) {
  runProcess(natsBridgeProcess.name, async (scope) => {
    await startNatsBridge(readBridgeConfig(), scope);
  });
}
