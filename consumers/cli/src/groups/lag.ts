import { messageFingerprint } from '@gavel/consumer-runtime/checkpoint';
import type { Pool } from '@gavel/postgres/pool';
import { partitionsOf } from '@gavel/proto/topology';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import type { StreamReader } from '@gavel/rabbitmq/stream-reader';
import { type Extent, readExtent } from '../streams/extent.ts';
import { formatMoment } from '../terminal/units.ts';
import { type Checkpoint, readCheckpoints } from './checkpoints.ts';
import type { KnownGroup } from './known-groups.ts';

/** How far a group is behind in one partition. */
export interface PartitionLag {
  readonly partition: string;
  /** Last offset committed. */
  readonly committed: bigint | null;
  readonly committedAt: string | null;
  /** Newest offset in the partition. */
  readonly newest: bigint | null;
  readonly lagMessages: bigint;
  /** Age of the oldest message that the group has not committed. */
  readonly lagSeconds: number;
  readonly paused: boolean;
  /** Why the group cannot read on from there, if it cannot. */
  readonly problem: string | null;
}

export async function readLag(
  { inspector, reader }: { readonly inspector: StreamInspector; readonly reader: StreamReader },
  pool: Pool,
  group: KnownGroup,
): Promise<PartitionLag[]> {
  const checkpoints = await readCheckpoints(pool, group.name);
  const { rows: pauses } = await pool.query<{ partition: string }>(
    'SELECT stream_partition AS partition FROM consumer_pauses WHERE consumer = $1',
    [group.name],
  );
  const lags: PartitionLag[] = [];
  for (const partition of partitionsOf(group.definition.stream)) {
    const extent = await readExtent(inspector, partition);
    const paused = pauses.some((pause) => pause.partition === '*' || pause.partition === partition);
    const checkpoint = checkpoints.get(partition);
    const lag = await lagOf(inspector, extent, partition, checkpoint);
    lags.push({
      ...lag,
      paused,
      problem: lag.problem ?? (await findOtherMessage(reader, extent, checkpoint)),
    });
  }
  return lags;
}

/** The same from a place that somebody else keeps. */
export async function lagOf(
  inspector: StreamInspector,
  extent: Extent | undefined,
  partition: string,
  checkpoint: { readonly offset: bigint | null; readonly updatedAt: Date | null } | undefined,
): Promise<Omit<PartitionLag, 'paused'>> {
  const committed = checkpoint?.offset ?? null;
  const place = { partition, committed, committedAt: formatMoment(checkpoint?.updatedAt) };
  if (extent === undefined) {
    return { ...place, newest: null, lagMessages: 0n, lagSeconds: 0, problem: 'the partition is missing' };
  }
  const wanted = committed === null ? extent.first : committed + 1n;
  const lagMessages = extent.next > wanted ? extent.next - wanted : 0n;
  const oldest =
    lagMessages > 0n
      ? await inspector.chunkAt(partition, { offset: wanted > extent.first ? wanted : extent.first })
      : undefined;
  return {
    ...place,
    newest: extent.next > extent.first ? extent.next - 1n : null,
    lagMessages,
    lagSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest.storedAt) / 1000),
    problem: problemAt(extent, wanted),
  };
}

function problemAt(extent: Extent, wanted: bigint): string | null {
  if (wanted < extent.first) return `retention has passed: ${extent.first} is the first one held`;
  if (wanted > extent.next) return `the stream ends before: it was made anew`;
  return null;
}

/** A stream that was made anew and has grown past the checkpoint holds another message there. */
async function findOtherMessage(
  reader: StreamReader,
  extent: Extent | undefined,
  checkpoint: Checkpoint | undefined,
): Promise<string | null> {
  const { offset, mark } = checkpoint ?? { offset: null, mark: null };
  if (extent === undefined || offset === null || mark === null) return null;
  if (offset < extent.first || offset >= extent.next) return null;
  for await (const [found] of reader.read(extent.partition, offset)) {
    const isSame = found?.offset === offset && messageFingerprint(found) === mark;
    return isSame ? null : `another message is at ${offset} than was applied: the stream was made anew`;
  }
  return null;
}
