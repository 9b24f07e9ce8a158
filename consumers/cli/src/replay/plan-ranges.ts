import type { ReplayRange } from '@gavel/consumer-runtime/create-shadow';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { CommandFailure } from '../command-failure.ts';
import { requireExtent, resolveOffset } from '../streams/extent.ts';
import type { OffsetSpec } from '../streams/offset-spec.ts';

/**
 * The range of each partition that a replay covers. `from` is included, `until` is not. Without `until` a range ends where the
 * partition ends when the shadow is filled; a partition shorter than `until` ends at its own end. Throws `refused` for
 * an offset that a partition does not hold.
 */
export async function planRanges(
  inspector: StreamInspector,
  partitions: readonly string[],
  from: OffsetSpec,
  until: OffsetSpec | undefined,
): Promise<ReplayRange[]> {
  const ranges: ReplayRange[] = [];
  for (const partition of partitions) {
    const extent = await requireExtent(inspector, partition);
    const first = await resolveOffset(inspector, extent, from);
    const isBeyond = until?.kind === 'offset' && until.offset > extent.next;
    const end = until && (isBeyond ? extent.next : await resolveOffset(inspector, extent, until));
    if (end !== undefined && end < first) {
      throw new CommandFailure('usage', `${partition}: --until ${end} is before --from ${first}`);
    }
    ranges.push({ partition, from: first, until: end === undefined ? null : end - 1n });
  }
  return ranges;
}
