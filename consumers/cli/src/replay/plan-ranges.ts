import type { ReplayRange } from '@gavel/consumer-runtime/create-shadow';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { CommandFailure } from '../command-failure.ts';
import { requireExtent, resolvePlace } from '../streams/extent.ts';
import type { Place } from '../streams/place.ts';

/**
 * What a replay covers of each partition: from a place (included) up to another (not included; the stream's end as it
 * is when the shadow is filled, unless told; a partition that is shorter ends where it ends). Throws `refused` for a place that is not held.
 */
export async function planRanges(
  inspector: StreamInspector,
  partitions: readonly string[],
  from: Place,
  until: Place | undefined,
): Promise<ReplayRange[]> {
  const ranges: ReplayRange[] = [];
  for (const partition of partitions) {
    const extent = await requireExtent(inspector, partition);
    const first = await resolvePlace(inspector, extent, from);
    const isBeyond = until?.kind === 'offset' && until.offset > extent.next;
    const end = until && (isBeyond ? extent.next : await resolvePlace(inspector, extent, until));
    if (end !== undefined && end < first) {
      throw new CommandFailure('usage', `${partition}: --until ${end} is before --from ${first}`);
    }
    ranges.push({ partition, from: first, until: end === undefined ? null : end - 1n });
  }
  return ranges;
}
