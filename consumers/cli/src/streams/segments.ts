import { streamRetention } from '@gavel/proto/topology';
import { CommandFailure } from '../command-failure.ts';

/** How many segment files a partition has: all the broker tells about its size. */
export type Segments = ReadonlyMap<string, number>;

/** Bytes of a full segment; the newest one is not full. */
export const segmentBytes: number = streamRetention.maxSegmentSizeBytes;

/**
 * Asks the management API, which counts every few seconds only, about the virtual host that a stream URL names. Throws
 * `unreachable`.
 */
export async function readSegments(managementUrl: string, streamUrl: string): Promise<Segments> {
  const url = new URL(managementUrl);
  const vhost = decodeURIComponent(new URL(streamUrl).pathname.slice(1)) || '/';
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const response = await fetch(`${url.protocol}//${url.host}/api/queues/${encodeURIComponent(vhost)}`, {
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    signal: AbortSignal.timeout(5_000),
  }).catch((error: unknown) => {
    throw new CommandFailure('unreachable', `no management API at ${url.host}`, undefined, error);
  });
  if (!response.ok) {
    throw new CommandFailure('unreachable', `the management API at ${url.host} answered ${response.status}`);
  }
  const queues = (await response.json()) as { name: string; segments?: number }[];
  return new Map(queues.flatMap(({ name, segments }) => (segments === undefined ? [] : [[name, segments]])));
}
