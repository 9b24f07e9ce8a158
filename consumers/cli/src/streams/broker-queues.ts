import { CommandFailure } from '../command-failure.ts';

/** What the broker tells of one of its queues; a partition of a stream is one too. */
export interface BrokerQueue {
  readonly name: string;
  /** Messages that nobody has in hand, and those that somebody has. */
  readonly ready: number;
  readonly inHand: number;
  readonly consumers: number;
  /** Segment files of a partition: all the broker tells about its size. */
  readonly segments: number | undefined;
}

interface Answer {
  readonly name: string;
  readonly messages_ready?: number;
  readonly messages_unacknowledged?: number;
  readonly consumers?: number;
  readonly segments?: number;
}

/**
 * Asks the management API, which counts every few seconds only, about the virtual host that a stream URL names. Throws
 * `unreachable`.
 */
export async function readQueues(managementUrl: string, streamUrl: string): Promise<BrokerQueue[]> {
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
  const queues = (await response.json()) as Answer[];
  return queues.map((queue) => ({
    name: queue.name,
    ready: queue.messages_ready ?? 0,
    inHand: queue.messages_unacknowledged ?? 0,
    consumers: queue.consumers ?? 0,
    segments: queue.segments,
  }));
}
