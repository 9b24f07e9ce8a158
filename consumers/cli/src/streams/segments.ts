import { streamRetention } from '@gavel/proto/topology';
import { managementRequest } from './management.ts';

/** How many segment files a partition has: all the broker tells about its size. */
export type Segments = ReadonlyMap<string, number>;

/** Bytes of a full segment; the newest one is not full. */
export const segmentBytes: number = streamRetention.maxSegmentSizeBytes;

/** Asks the management API, which counts every few seconds only. Throws `unreachable`. */
export async function readSegments(managementUrl: string, streamUrl: string): Promise<Segments> {
  const queues = (await managementRequest(managementUrl, streamUrl, 'GET')) as {
    name: string;
    segments?: number;
  }[];
  return new Map(queues.flatMap(({ name, segments }) => (segments === undefined ? [] : [[name, segments]])));
}
