import type { StreamReader } from '@gavel/rabbitmq/stream-reader';
import { readEvent, type SeenMessage } from './read-event.ts';

/** A part of one partition. */
export interface Range {
  readonly partition: string;
  /** The first offset to read. */
  readonly from: bigint;
  /** The offset after the last one to read. It must be at most the next offset of the partition. */
  readonly end: bigint;
}

/** The first selected messages of a range, at most `limit`, in order. */
export async function readFirst(
  reader: StreamReader,
  { partition, from, end }: Range,
  limit: number,
  isWanted: (message: SeenMessage) => boolean,
): Promise<SeenMessage[]> {
  const found: SeenMessage[] = [];
  if (from >= end) return found;
  for await (const batch of reader.read(partition, from)) {
    for (const delivery of batch) {
      if (delivery.offset < end) {
        const message = readEvent(partition, delivery);
        if (isWanted(message)) found.push(message);
      }
      if (delivery.offset + 1n >= end || found.length >= limit) return found;
    }
  }
  return found;
}

/** Each further block that is searched is this many times as long as the one before. */
const GROWTH = 4n;

/** The last selected messages of a range, at most `limit`, in order. Reads backwards, block by block, and no block twice. */
export async function readLast(
  reader: StreamReader,
  { partition, from, end }: Range,
  limit: number,
  isWanted: (message: SeenMessage) => boolean,
): Promise<SeenMessage[]> {
  let found: SeenMessage[] = [];
  let [until, size] = [end, BigInt(limit)];
  while (until > from && found.length < limit) {
    const start = until - size > from ? until - size : from;
    const block = { partition, from: start, end: until };
    found = [...(await readFirst(reader, block, Number.POSITIVE_INFINITY, isWanted)), ...found];
    [until, size] = [start, size * GROWTH];
  }
  return found.slice(-limit);
}
