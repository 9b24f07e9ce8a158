import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';

type Urls = Pick<InfrastructureUrls, 'amqpUrl' | 'managementUrl'>;

const ALL_STREAMS = '^gavel\\.(auth|bids)-\\d+$';

/**
 * Makes streams that are declared later store their messages in segments of this size, instead of 100 MB each. Retention
 * removes whole segments, so with small ones it needs few messages.
 */
export async function useSmallSegments(urls: Urls, segmentBytes: number): Promise<void> {
  await put(urls, 'policies', ALL_STREAMS, { 'stream-max-segment-size-bytes': segmentBytes });
}

/** Limits the size of a partition, as an operator would. The broker removes its oldest segments. */
export async function limitLength(urls: Urls, partition: string, maxBytes: number): Promise<void> {
  await put(urls, 'operator-policies', `^${partition.replaceAll('.', '\\.')}$`, {
    'max-length-bytes': maxBytes,
  });
}

/** Ends the limit of `limitLength`. */
export async function endLengthLimit({ amqpUrl, managementUrl }: Urls): Promise<void> {
  const path = policyPath(amqpUrl, 'operator-policies');
  const existing = (await managementRequest(
    managementUrl,
    'GET',
    `/api/operator-policies/${vhostOf(amqpUrl)}`,
  )) as readonly unknown[] | undefined;
  if (existing !== undefined && existing.length > 0) await managementRequest(managementUrl, 'DELETE', path);
}

async function put(
  { amqpUrl, managementUrl }: Urls,
  kind: 'policies' | 'operator-policies',
  pattern: string,
  definition: Readonly<Record<string, number>>,
): Promise<void> {
  await managementRequest(managementUrl, 'PUT', policyPath(amqpUrl, kind), {
    pattern,
    definition,
    'apply-to': 'queues',
  });
}

function policyPath(amqpUrl: string, kind: 'policies' | 'operator-policies'): string {
  return `/api/${kind}/${vhostOf(amqpUrl)}/proving`;
}

function vhostOf(amqpUrl: string): string {
  return new URL(amqpUrl).pathname.slice(1) || '%2F';
}
