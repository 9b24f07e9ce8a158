import { fromHeaders } from '@gavel/proto/envelope';
import { partitionsOf } from '@gavel/proto/topology';
import { inspectStream } from '@gavel/rabbitmq/stream-inspector';
import amqp from 'amqplib';
import { endLengthLimit, limitLength } from '../system/broker-policies.ts';
import { connectStream, readMessages } from '../system/raw-stream-client.ts';
import type { System } from '../system/start-system.ts';
import { readLastOffsets } from '../system/stream-ends.ts';
import { COPY_HEADER, STATISTICS_CONSUMER } from './collect-history.ts';
import { queryOnce, untilItWorks } from './until-it-works.ts';

type Target = Pick<System, 'databaseUrls' | 'infrastructure' | 'instances'>;

/** Segments of the streams in a system in which retention is a fault. */
export const SEGMENT_BYTES = 100_000;
const KEPT_BYTES = 300_000;
/** Copies that are published in one round. */
const PADDING = 1_500;
const PADDING_BYTES = 4_000;
const ROUNDS = 20;

/** What a member says about a partition, as far as it matters here. */
interface PausedStatus {
  readonly partition: string;
  readonly state: string;
  readonly held: boolean;
  readonly offset: string | null;
  readonly inMemory: number;
}

/**
 * Holds the statistics consumer back in one partition, and lets retention remove messages that it was not sent yet. Then the
 * consumer continues. The padding consists of copies of an event, as a foreign client could send them.
 * @param meanwhile runs while the consumer is held back; what it publishes there is removed from the stream
 */
export async function passByRetention(
  system: Target,
  partition: string,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { urls } = system.infrastructure;
  const held = [STATISTICS_CONSUMER, partition];
  await untilItWorks('the pause', () =>
    queryOnce(
      system.databaseUrls.gavel_stats,
      'INSERT INTO consumer_pauses (consumer, stream_partition) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      held,
    ),
  );
  await holdBack(system, partition);
  await meanwhile();
  const last = await untilItWorks('the end of the partition', () => lastOffset(system, partition));
  await untilItWorks('the limit', () => limitLength(urls, partition, KEPT_BYTES));
  const first = () => untilItWorks('the start of the partition', () => firstOffset(system, partition));
  for (let round = 1; (await first()) <= last; round += 1) {
    if (round === ROUNDS) throw new Error(`retention has not removed ${partition} up to offset ${last}`);
    await untilItWorks('padding', () => publishCopies(system, partition));
  }
  await untilItWorks('the end of the pause', () =>
    queryOnce(
      system.databaseUrls.gavel_stats,
      'DELETE FROM consumer_pauses WHERE consumer = $1 AND stream_partition = $2',
      held,
    ),
  );
}

/** The partitions that hold messages. */
export async function filledPartitions({ infrastructure }: Target): Promise<string[]> {
  return [...(await readLastOffsets(infrastructure.urls.streamUrl, partitionsOf('gavel.bids'))).keys()];
}

/** Ends the limit of `passByRetention`, which would remove the events again. */
export async function endRetention({ infrastructure }: Target): Promise<void> {
  await untilItWorks('the end of the limit', () => endLengthLimit(infrastructure.urls));
}

/**
 * Publishes padding until the paused consumer receives no more. How much it receives before depends on the size of the broker's
 * chunks, which are larger on a slow machine. A chunk may be on its way during one round, so two rounds must change nothing.
 */
async function holdBack(system: Target, partition: string): Promise<void> {
  let unchanged = 0;
  let received = await untilItWorks('the pause in force', () => receivedWhilePaused(system, partition));
  for (let round = 1; unchanged < 2; round += 1) {
    if (round === ROUNDS) throw new Error(`${STATISTICS_CONSUMER} is not held back in ${partition}`);
    await untilItWorks('padding', () => publishCopies(system, partition));
    const now = await untilItWorks('the pause in force', () => receivedWhilePaused(system, partition));
    unchanged = now === received ? unchanged + 1 : 0;
    received = now;
  }
}

/** The highest offset that the consumer has received. Throws unless the member that holds the partition says that it is paused. */
async function receivedWhilePaused(system: Target, partition: string): Promise<bigint> {
  for (const url of system.instances('consumer-user-stats')) {
    const answer = await fetch(`${url}/status`, { signal: AbortSignal.timeout(5_000) });
    const { partitions } = (await answer.json()) as { partitions: PausedStatus[] };
    const status = partitions.find((each) => each.partition === partition);
    if (status?.state !== 'paused' || !status.held) continue;
    return BigInt(status.offset ?? -1) + BigInt(status.inMemory);
  }
  throw new Error(`no member is paused in ${partition}`);
}

async function lastOffset({ infrastructure }: Target, partition: string): Promise<bigint> {
  return (await readLastOffsets(infrastructure.urls.streamUrl, [partition])).get(partition) ?? -1n;
}

async function firstOffset({ infrastructure }: Target, partition: string): Promise<bigint> {
  const inspector = await inspectStream(infrastructure.urls.streamUrl, 'proving');
  try {
    return (await inspector.bounds(partition))?.first ?? 0n;
  } finally {
    await inspector.close();
  }
}

/** Publishes copies of the newest event of a partition, each with a large header. */
async function publishCopies(system: Target, partition: string): Promise<void> {
  const { streamUrl, amqpUrl } = system.infrastructure.urls;
  const last = await lastOffset(system, partition);
  const client = await connectStream(streamUrl);
  const [newest] = await readMessages(client, partition, { from: last, to: last }).finally(() =>
    client.close(),
  );
  const envelope = fromHeaders(newest?.headers ?? {});
  if (newest === undefined || !envelope.ok) throw new Error(`${partition} ends with no event`);
  const connection = await amqp.connect(amqpUrl);
  // A cut connection shows in the confirms that do not come.
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    const { id, type } = envelope.envelope;
    const headers = { ...newest.headers, [COPY_HEADER]: 'x'.repeat(PADDING_BYTES) };
    for (let sent = 0; sent < PADDING; sent += 1) {
      channel.publish('', partition, newest.body, { persistent: true, messageId: id, type, headers });
    }
    await channel.waitForConfirms();
  } finally {
    await connection.close().catch(() => undefined);
  }
}
