import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { ensureTopology } from '../topology/declare-topology.ts';
import { destroyStreamSockets } from './hidden-sockets.ts';
import { connectStreamClient } from './stream-client.ts';
import { withTimeout } from './with-timeout.ts';

const QUERY_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The highest publishing id that any partition of a stream has seen from a publisher, 0 for none. Declares the topology
 * when it is missing. Rejects when the broker does not answer.
 */
export async function lastPublishingId(options: {
  streamUrl: string;
  amqpUrl: string;
  stream: StreamName;
  publisherName: string;
}): Promise<number> {
  await ensureTopology(options.amqpUrl);
  const client = await connectStreamClient(
    options.streamUrl,
    `${options.publisherName}-query`,
    () => undefined,
  );
  try {
    let last = 0n;
    for (const stream of partitionsOf(options.stream)) {
      const publisher = await withTimeout(
        `declaring a publisher on ${stream}`,
        QUERY_TIMEOUT_MS,
        client.declarePublisher({ stream, publisherRef: options.publisherName }),
      );
      const id = await withTimeout(
        `last publishing id of ${stream}`,
        QUERY_TIMEOUT_MS,
        publisher.getLastPublishingId(),
      );
      if (id > last) last = id;
    }
    return Number(last);
  } finally {
    // What was asked for is known by now, or its failure is on its way.
    await withTimeout('closing the stream client', CLOSE_TIMEOUT_MS, client.close()).catch(() => undefined);
    destroyStreamSockets(client);
  }
}
