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
  /** What a partition keeps, by a policy or else by its own argument. Undefined without a limit. */
  readonly maxAge: string | undefined;
  readonly maxLengthBytes: number | undefined;
}

interface ApiQueue {
  readonly name: string;
  readonly messages_ready?: number;
  readonly messages_unacknowledged?: number;
  readonly consumers?: number;
  readonly segments?: number;
  readonly arguments?: Limits;
  readonly effective_policy_definition?: Limits;
}

type Limits = Readonly<Record<string, string | number>>;

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
    ...limitsOf(queue),
  }));
}

/** A policy of the broker goes before the limits that a stream was created with, also a higher one. */
function limitsOf(queue: ApiQueue): Pick<BrokerQueue, 'maxAge' | 'maxLengthBytes'> {
  const own = queue.arguments ?? {};
  const policy = queue.effective_policy_definition ?? {};
  const age = policy['max-age'] ?? own['x-max-age'];
  const length = policy['max-length-bytes'] ?? own['x-max-length-bytes'];
  return {
    maxAge: typeof age === 'string' ? age : undefined,
    maxLengthBytes: typeof length === 'number' ? length : undefined,
  };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  Y: 31_536_000,
  M: 2_592_000,
  D: 86_400,
  h: 3_600,
  m: 60,
  s: 1,
};

/** Seconds of an age as the broker writes it: `604800s`, `7D`. */
export function secondsOf(age: string): number {
  return Number.parseInt(age, 10) * (UNIT_SECONDS[age.slice(-1)] ?? 1);
}
