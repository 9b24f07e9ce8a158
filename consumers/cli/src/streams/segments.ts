import { streamRetention } from '@gavel/proto/topology';
import { readQueues } from './broker-queues.ts';

/** How many segment files a partition has: all the broker tells about its size. */
export type Segments = ReadonlyMap<string, number>;

/** Bytes of a full segment; the newest one is not full. */
export const segmentBytes: number = streamRetention.maxSegmentSizeBytes;

/** Asks the management API about the virtual host that a stream URL names. Throws `unreachable`. */
export async function readSegments(managementUrl: string, streamUrl: string): Promise<Segments> {
  const queues = await readQueues(managementUrl, streamUrl);
  return new Map(queues.flatMap(({ name, segments }) => (segments === undefined ? [] : [[name, segments]])));
}
