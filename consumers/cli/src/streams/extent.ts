import { isMissingStream, type StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { CommandFailure } from '../command-failure.ts';
import type { Place } from './place.ts';

/** What a partition holds now. */
export interface Extent {
  readonly partition: string;
  /** First offset still held; equal to `next` while it holds nothing. */
  readonly first: bigint;
  /** The offset that the next message will get. */
  readonly next: bigint;
  /** First offset of the newest chunk. */
  readonly newestChunk: bigint;
  /** When its oldest and newest chunk were stored, milliseconds since the epoch. */
  readonly oldestAt: number | undefined;
  readonly newestAt: number | undefined;
}

/** Reads it; undefined when the partition does not exist. */
export async function readExtent(inspector: StreamInspector, partition: string): Promise<Extent | undefined> {
  try {
    const [first, last] = [
      await inspector.chunkAt(partition, 'first'),
      await inspector.chunkAt(partition, 'last'),
    ];
    if (first === undefined || last === undefined) {
      return { partition, first: 0n, next: 0n, newestChunk: 0n, oldestAt: undefined, newestAt: undefined };
    }
    return {
      partition,
      first: first.firstOffset,
      next: last.lastOffset + 1n,
      newestChunk: last.firstOffset,
      oldestAt: first.storedAt,
      newestAt: last.storedAt,
    };
  } catch (error) {
    if (isMissingStream(error)) return undefined;
    throw error;
  }
}

/** The same for a partition that has to be there. Throws `notFound`. */
export async function requireExtent(inspector: StreamInspector, partition: string): Promise<Extent> {
  const extent = await readExtent(inspector, partition);
  if (extent !== undefined) return extent;
  throw new CommandFailure(
    'notFound',
    `${partition} does not exist on the broker`,
    'A relay declares what is missing; `gavel refill` brings back what was in it.',
  );
}

/** The offset that a place means in a partition: the next one to read. Throws `refused` when it is not held. */
export async function resolvePlace(
  inspector: StreamInspector,
  extent: Extent,
  place: Place,
): Promise<bigint> {
  if (place.kind === 'moment') {
    return (await inspector.chunkAt(extent.partition, { moment: place.at }))?.firstOffset ?? extent.next;
  }
  if (place.kind !== 'offset') return named[place.kind](extent);
  if (place.offset < extent.first) {
    throw new CommandFailure(
      'refused',
      `${extent.partition}: retention has passed offset ${place.offset}, the first one held is ${extent.first}`,
      'Use `first`, or `gavel refill` to bring back what Postgres still has.',
    );
  }
  if (place.offset > extent.next) {
    throw new CommandFailure(
      'refused',
      `${extent.partition}: offset ${place.offset} is beyond the end, the next one is ${extent.next}`,
    );
  }
  return place.offset;
}

const named = {
  first: (extent: Extent) => extent.first,
  last: (extent: Extent) => extent.newestChunk,
  next: (extent: Extent) => extent.next,
} as const;
