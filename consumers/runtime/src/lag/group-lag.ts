import type { Pool } from '@gavel/postgres/pool';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import type { StreamReader } from '@gavel/rabbitmq/stream-reader';
import { messageFingerprint } from '../application/checkpoint.ts';
import { readPauses } from '../consumer-group.ts';
import { type Extent, readExtent } from './extent.ts';
import { type Checkpoint, readCheckpoints } from './read-checkpoints.ts';

/** How far a group is behind in one partition. */
export interface PartitionLag {
  readonly partition: string;
  /** The last offset that the group has committed. */
  readonly committed: bigint | null;
  /** When it was committed, as RFC 3339. */
  readonly committedAt: string | null;
  /** The newest offset in the partition. */
  readonly newest: bigint | null;
  readonly lagMessages: bigint;
  /** The age of the oldest message that the group has not committed. */
  readonly lagSeconds: number;
  readonly paused: boolean;
  /** Why the group cannot continue from its checkpoint; null if it can. */
  readonly problem: string | null;
}

/** The lag of a group in each partition of its stream. */
export async function readLag(
  { inspector, reader }: { readonly inspector: StreamInspector; readonly reader: StreamReader },
  pool: Pool,
  group: { readonly name: string; readonly stream: StreamName },
): Promise<PartitionLag[]> {
  const checkpoints = await readCheckpoints(pool, group.name);
  const isPaused = await readPauses(pool, group.name);
  const lags: PartitionLag[] = [];
  for (const partition of partitionsOf(group.stream)) {
    const extent = await readExtent(inspector, partition);
    const checkpoint = checkpoints.get(partition);
    const lag = await lagOf(inspector, extent, partition, checkpoint);
    const other = lag.problem === null ? await findOtherMessage(reader, extent, checkpoint) : null;
    // Nothing of a recreated stream was read.
    const unread = extent && other ? await unreadFrom(inspector, extent, extent.first) : {};
    lags.push({ ...lag, ...unread, paused: isPaused(partition), problem: lag.problem ?? other });
  }
  return lags;
}

/** The lag of one checkpoint, wherever it is stored. `extent` is undefined for a missing partition. */
export async function lagOf(
  inspector: StreamInspector,
  extent: Extent | undefined,
  partition: string,
  checkpoint: { readonly offset: bigint | null; readonly updatedAt: Date | null } | undefined,
): Promise<Omit<PartitionLag, 'paused'>> {
  const committed = checkpoint?.offset ?? null;
  const base = { partition, committed, committedAt: checkpoint?.updatedAt?.toISOString() ?? null };
  if (extent === undefined) {
    return { ...base, newest: null, lagMessages: 0n, lagSeconds: 0, problem: 'the partition is missing' };
  }
  const wanted = committed === null ? extent.first : committed + 1n;
  const isRecreated = wanted > extent.next;
  return {
    ...base,
    newest: extent.next > extent.first ? extent.next - 1n : null,
    ...(await unreadFrom(inspector, extent, isRecreated ? extent.first : wanted)),
    problem: problemAt(extent, wanted),
  };
}

/** The messages from an offset on, including those that retention has removed, and the age of the oldest that is left. */
async function unreadFrom(
  inspector: StreamInspector,
  { partition, first, next }: Extent,
  wanted: bigint,
): Promise<Pick<PartitionLag, 'lagMessages' | 'lagSeconds'>> {
  const lagMessages = next > wanted ? next - wanted : 0n;
  const oldest =
    lagMessages > 0n
      ? await inspector.chunkAt(partition, { offset: wanted > first ? wanted : first })
      : undefined;
  const lagSeconds = oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest.storedAt) / 1000);
  return { lagMessages, lagSeconds };
}

function problemAt(extent: Extent, wanted: bigint): string | null {
  if (wanted < extent.first)
    return `retention has removed offset ${wanted}; the first offset is ${extent.first}`;
  if (wanted > extent.next) return 'the stream ends before this offset: it was recreated';
  return null;
}

/** A recreated stream that has grown past the checkpoint has another message at that offset. */
async function findOtherMessage(
  reader: StreamReader,
  extent: Extent | undefined,
  checkpoint: Checkpoint | undefined,
): Promise<string | null> {
  const { offset, fingerprint } = checkpoint ?? { offset: null, fingerprint: null };
  if (extent === undefined || offset === null || fingerprint === null) return null;
  if (offset < extent.first || offset >= extent.next) return null;
  for await (const [found] of reader.read(extent.partition, offset)) {
    const isSame = found?.offset === offset && messageFingerprint(found) === fingerprint;
    return isSame
      ? null
      : `the message at offset ${offset} is not the one that was applied: the stream was recreated`;
  }
  return null;
}
