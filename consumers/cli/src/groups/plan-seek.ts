import type { Extent } from '@gavel/consumer-runtime/extent';
import type { Checkpoint } from '@gavel/consumer-runtime/read-checkpoints';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { requireExtent } from '../streams/extent.ts';
import { formatTable } from '../terminal/table.ts';
import { partitionsOfDestination, resolveDestination, type SeekDestination } from './seek-destination.ts';

/** What a seek changes in one partition. Offsets are the last ones committed; null means that nothing is. */
export interface SeekStep {
  readonly partition: string;
  readonly before: bigint | null;
  readonly after: bigint | null;
  /** Number of messages that will be read again. */
  readonly readsAgain: bigint;
  /** Number of messages that will not be read. */
  readonly skips: bigint;
}

/** The new checkpoint of a partition. The offset is the last one that then counts as committed; null for none. */
export interface SeekTarget {
  readonly extent: Extent;
  readonly after: bigint | null;
}

/** Decides the new checkpoint of each partition. Throws `refused` for an offset that the partition does not hold. */
export async function planSeek(
  inspector: StreamInspector,
  partitions: readonly string[],
  checkpoints: ReadonlyMap<string, Pick<Checkpoint, 'offset'>>,
  to: SeekDestination,
): Promise<SeekTarget[]> {
  const targets: SeekTarget[] = [];
  for (const partition of partitionsOfDestination(to, partitions)) {
    const extent = await requireExtent(inspector, partition);
    const next = await resolveDestination(inspector, extent, to, checkpoints.get(partition)?.offset ?? null);
    // Null instead of the offset before the first one: retention may remove more before the group reads on.
    targets.push({ extent, after: next === extent.first ? null : next - 1n });
  }
  return targets;
}

/** What the targets change, from the checkpoints as they are. */
export function toSteps(
  targets: readonly SeekTarget[],
  checkpoints: ReadonlyMap<string, Pick<Checkpoint, 'offset'>>,
): SeekStep[] {
  return targets.map(({ extent, after }) =>
    toStep(extent, checkpoints.get(extent.partition)?.offset ?? null, after),
  );
}

/** A step with its effect. `before` and `after` are the last offsets committed. */
function toStep(extent: Extent, before: bigint | null, after: bigint | null): SeekStep {
  const reads = (committed: bigint | null): bigint =>
    committed === null || committed < extent.first ? extent.first : committed + 1n;
  const [from, to] = [reads(before), reads(after)];
  return {
    partition: extent.partition,
    before,
    after,
    readsAgain: from > to ? within(extent, from) - to : 0n,
    skips: to > from ? to - from : 0n,
  };
}

function within({ next }: Extent, offset: bigint): bigint {
  if (offset > next) return next;
  return offset;
}

export function formatSteps(steps: readonly SeekStep[]): string {
  return formatTable(
    ['PARTITION', 'COMMITTED NOW', 'THEN', 'READ AGAIN', 'SKIPPED'],
    steps.map((step) => [
      step.partition,
      step.before ?? 'none',
      step.after ?? 'none',
      step.readsAgain,
      step.skips,
    ]),
  );
}
