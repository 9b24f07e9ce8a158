import { observePartitions } from '@gavel/consumer-runtime/observe-partitions';
import { openObjectStore } from '@gavel/object-store/open-object-store';
import { partitionsOf, type StreamName, streams } from '@gavel/proto/topology';
import { startLoop } from '@gavel/resilience';
import { createHealth } from '@gavel/service-runtime/health';
import { sendJson, startHttpServer } from '@gavel/service-runtime/http-server';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/run-process';
import { createObjectArchive } from './adapters/object-store/object-archive.ts';
import { createEventLog } from './adapters/rabbitmq/event-log.ts';
import { startPartitionArchiver } from './application/partition-archiver.ts';
import { HEALTHY_STATES } from './application/partition-status.ts';
import { type ArchiverConfig, readArchiverConfig } from './config.ts';
import { archiverProcess } from './process.ts';

const { name } = archiverProcess;
/** How often it is measured how far retention is behind. */
const MEASURE_MS = 30_000;

/** Starts the archiver. Returns the base URL of its HTTP server. */
export async function startArchiver(
  config: ArchiverConfig,
  { onStop }: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const store = await openObjectStore(config.ARCHIVE_LOCATION);
  onStop('store', () => store.close());
  const log = createEventLog(config.STREAM_URL, name);
  onStop('stream', () => log.close());
  const archive = createObjectArchive(store);
  const limits = {
    messages: config.ARCHIVE_SEGMENT_MESSAGES,
    bytes: config.ARCHIVE_SEGMENT_BYTES,
    ms: config.ARCHIVE_SEGMENT_SECONDS * 1000,
  };
  const archivers = (Object.keys(streams) as StreamName[]).flatMap((stream) =>
    partitionsOf(stream).map((partition) =>
      startPartitionArchiver({ stream, partition, log, archive, limits }),
    ),
  );
  onStop('archivers', async () => {
    await Promise.all(archivers.map((archiver) => archiver.stop()));
  });
  const measuring = startLoop('archiver-retention', async () => {
    for (const archiver of archivers) await archiver.measureRetention();
    return MEASURE_MS;
  });
  onStop('retention', () => measuring.stop());
  const status = () => ({ consumer: name, partitions: archivers.map((archiver) => archiver.status()) });
  onStop('metrics', observePartitions(status));

  const health = createHealth();
  health.check('archive', () => {
    const { partitions } = status();
    const bad = partitions.filter(({ state }) => !HEALTHY_STATES.has(state));
    if (bad.length === 0) return partitions;
    throw new Error(
      bad.map(({ partition, state, problem }) => `${partition} ${state}: ${problem ?? '…'}`).join('; '),
    );
  });
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    handlers: { '/status': (_, response) => sendJson(response, 200, status()) },
  });
  onStop('http server', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

if (import.meta.main) {
  runProcess(name, async (scope) => {
    await startArchiver(readArchiverConfig(), scope);
  });
}
