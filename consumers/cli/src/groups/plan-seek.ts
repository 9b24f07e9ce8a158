import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { type Extent, requireExtent, resolvePlace } from '../streams/extent.ts';
import type { Place } from '../streams/place.ts';
import { formatTable } from '../terminal/table.ts';
import type { Checkpoint } from './checkpoints.ts';

/** What a seek does in one partition. Offsets are the last ones committed; null is "from the first". */
export interface SeekStep {
  readonly partition: string;
  readonly before: bigint | null;
  readonly after: bigint | null;
  /** Messages that will be read (again). */
  readonly readsAgain: bigint;
  /** Messages that will never be read. */
  readonly skips: bigint;
}

/** Decides where each partition's checkpoint goes. Throws `refused` for a place that is not held. */
export async function planSeek(
  inspector: StreamInspector,
  partitions: readonly string[],
  checkpoints: ReadonlyMap<string, Checkpoint>,
  to: Place,
): Promise<SeekStep[]> {
  const steps: SeekStep[] = [];
  for (const partition of partitions) {
    const extent = await requireExtent(inspector, partition);
    const next = await resolvePlace(inspector, extent, to);
    // Null, not "before the first": what is first may move on with retention before the group comes back.
    const after = next === extent.first ? null : next - 1n;
    steps.push(toStep(extent, checkpoints.get(partition)?.offset ?? null, after));
  }
  return steps;
}

/** One step with what it means; both places as last offsets committed. */
export function toStep(extent: Extent, before: bigint | null, after: bigint | null): SeekStep {
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
