import type { HistorySource } from '@gavel/archiver/history-source';
import type { ReplayRange } from '@gavel/consumer-runtime/create-shadow';
import type { Extent } from '@gavel/consumer-runtime/extent';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { CommandFailure } from '../command-failure.ts';
import { requireExtent, resolveOffset } from '../streams/extent.ts';
import type { OffsetSpec } from '../streams/offset-spec.ts';

/** What a replay covers of one partition. */
export interface PlannedRange extends ReplayRange {
  /** False when neither archive nor stream has the beginning of the history. */
  readonly isWhole: boolean;
}

/**
 * The range of each partition that a replay covers. `from` is included, `until` is not. Without `until` a range ends where the
 * partition ends when the shadow is filled; a partition shorter than `until` ends at its own end. The range begins
 * in the archive if it has what the stream no longer has; offsets before those of a recreated stream are negative. Throws
 * `refused` for an offset that neither has.
 */
export async function planRanges(
  { inspector, history }: { inspector: StreamInspector; history: HistorySource },
  partitions: readonly string[],
  from: OffsetSpec,
  until: OffsetSpec | undefined,
): Promise<PlannedRange[]> {
  const ranges: PlannedRange[] = [];
  for (const partition of partitions) {
    const extent = await requireExtent(inspector, partition);
    const { origin, segments } = await history.timeline(partition);
    const oldest = segments[0]?.first ?? extent.first;
    const resolve = async (spec: OffsetSpec): Promise<bigint> =>
      (await findInPast(history, extent, oldest, spec)) ?? resolveOffset(inspector, extent, spec);
    const first = await resolve(from);
    const isBeyond = until?.kind === 'offset' && until.offset > extent.next;
    const end = until && (isBeyond ? extent.next : await resolve(until));
    if (end !== undefined && end < first) {
      throw new CommandFailure('usage', `${partition}: --until ${end} is before --from ${first}`);
    }
    ranges.push({
      partition,
      from: first,
      until: end === undefined ? null : end - 1n,
      isWhole: first <= origin,
    });
  }
  return ranges;
}

/** An offset before those that the stream holds; undefined for one that only the stream can tell. */
async function findInPast(
  history: HistorySource,
  { partition, first, oldestAt }: Extent,
  oldest: bigint,
  spec: OffsetSpec,
): Promise<bigint | undefined> {
  if (oldest >= first) return undefined;
  if (spec.kind === 'first') return oldest;
  if (spec.kind === 'offset') return spec.offset >= oldest && spec.offset < first ? spec.offset : undefined;
  if (spec.kind !== 'moment' || (oldestAt !== undefined && spec.at > oldestAt)) return undefined;
  return history.offsetAt(partition, spec.at);
}
