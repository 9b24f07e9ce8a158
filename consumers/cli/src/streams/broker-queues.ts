import { CommandFailure } from '../command-failure.ts';

/** One queue as the broker reports it. A partition of a stream is a queue too. */
export interface BrokerQueue {
  readonly name: string;
  /** Messages ready for delivery. */
  readonly ready: number;
  /** Messages that are delivered and not acknowledged yet. */
  readonly inHand: number;
  readonly consumers: number;
  /** Number of segment files of a partition; the broker reports no other size. */
  readonly segments: number | undefined;
}

interface ApiQueue {
  readonly name: string;
  readonly messages_ready?: number;
  readonly messages_unacknowledged?: number;
  readonly consumers?: number;
  readonly segments?: number;
}

const TIMEOUT_MS = 5_000;

/**
 * Reads all queues of the virtual host that a stream URL names, from the management API, which counts every few seconds only.
 * Throws `unreachable`.
 */
export async function readQueues(managementUrl: string, streamUrl: string): Promise<BrokerQueue[]> {
  const url = new URL(managementUrl);
  const vhost = decodeURIComponent(new URL(streamUrl).pathname.slice(1)) || '/';
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const response = await fetch(`${url.protocol}//${url.host}/api/queues/${encodeURIComponent(vhost)}`, {
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new CommandFailure('unreachable', `no management API at ${url.host}`, undefined, error);
  });
  if (!response.ok) {
    throw new CommandFailure('unreachable', `the management API at ${url.host} answered ${response.status}`);
  }
  const queues = (await response.json()) as ApiQueue[];
  return queues.map((queue) => ({
    name: queue.name,
    ready: queue.messages_ready ?? 0,
    inHand: queue.messages_unacknowledged ?? 0,
    consumers: queue.consumers ?? 0,
    segments: queue.segments,
  }));
}
