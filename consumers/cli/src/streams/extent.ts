import { type Extent, readExtent } from '@gavel/consumer-runtime/extent';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { CommandFailure } from '../command-failure.ts';
import type { OffsetSpec } from './offset-spec.ts';

/** The extent of a partition. Throws `notFound` if it does not exist. */
export async function requireExtent(inspector: StreamInspector, partition: string): Promise<Extent> {
  const extent = await readExtent(inspector, partition);
  if (extent !== undefined) return extent;
  throw new CommandFailure(
    'notFound',
    `${partition} does not exist on the broker`,
    'A relay declares missing partitions; `gavel refill` restores their messages.',
  );
}

/** The offset in a partition that a specification means: the next one to read. Throws `refused` if it is out of range. */
export async function resolveOffset(
  inspector: StreamInspector,
  extent: Extent,
  spec: OffsetSpec,
): Promise<bigint> {
  if (spec.kind === 'moment') {
    return (await inspector.chunkAt(extent.partition, { moment: spec.at }))?.firstOffset ?? extent.next;
  }
  if (spec.kind !== 'offset') return named[spec.kind](extent);
  if (spec.offset < extent.first) {
    throw new CommandFailure(
      'refused',
      `${extent.partition}: retention has removed offset ${spec.offset}; the first offset is ${extent.first}`,
      'Use `first`, or restore older messages with `gavel refill`.',
    );
  }
  if (spec.offset > extent.next) {
    throw new CommandFailure(
      'refused',
      `${extent.partition}: offset ${spec.offset} is after the end; the next offset is ${extent.next}`,
    );
  }
  return spec.offset;
}

const named = {
  first: (extent: Extent) => extent.first,
  last: (extent: Extent) => extent.newestChunk,
  next: (extent: Extent) => extent.next,
} as const;
