import type { Span } from '@opentelemetry/api';
import type { LostEvents } from './term-records.ts';

// What the publishers have confirmed, and which events still wait for a confirm.

/** An event that was sent and is not confirmed by both publishers. */
export interface Pending {
  readonly id: number;
  /** Partition of the stream; undefined for a row that is being set aside. */
  readonly partition: string | undefined;
  readonly bytes: number;
  /** Confirms that are still missing: the stream's and the exchange's. */
  missingConfirms: number;
  readonly createdAt: Date;
  readonly span: Span | undefined;
}

/** The events in flight: sent and not confirmed by both publishers. The relay limits them, because the client libraries do not. */
export interface Window {
  readonly size: number;
  readonly bytes: number;
  /** All positions up to this one are confirmed or set aside. */
  readonly published: number;
  add(position: number, pending: Pending): void;
  /** Counts one confirm. Returns the event when it was the last confirm that was missing. */
  confirm(position: number): Pending | undefined;
  /** Removes an event that needs no more confirms. */
  remove(position: number): Pending | undefined;
  get(position: number): Pending | undefined;
}

const COMPACT_AT = 16_384;

/** Positions must be added in ascending order. Positions that are left out count as published. */
export function createWindow(published: number): Window {
  const pending = new Map<number, Pending>();
  // Positions in the order in which they were added, valid from `head` on. The first key of a Map costs a walk over deleted entries.
  let order: number[] = [];
  let head = 0;
  let highest = published;
  let bytes = 0;

  const skipRemoved = (): void => {
    while (head < order.length && !pending.has(order[head] as number)) head++;
    if (head > COMPACT_AT) {
      order = order.slice(head);
      head = 0;
    }
  };

  const remove = (position: number): Pending | undefined => {
    const entry = pending.get(position);
    if (!entry) return undefined;
    pending.delete(position);
    bytes -= entry.bytes;
    skipRemoved();
    return entry;
  };

  return {
    get size() {
      return pending.size;
    },
    get bytes() {
      return bytes;
    },
    get published() {
      const lowest = order[head];
      return lowest === undefined ? highest : lowest - 1;
    },
    add(position, entry) {
      pending.set(position, entry);
      bytes += entry.bytes;
      order.push(position);
      highest = position;
    },
    confirm(position) {
      const entry = pending.get(position);
      if (!entry) return undefined;
      entry.missingConfirms -= 1;
      return entry.missingConfirms === 0 ? remove(position) : undefined;
    },
    remove,
    get: (position) => pending.get(position),
  };
}

/** The highest position that the broker confirmed per partition. With them the relay notices a broker that lost data. */
export interface ConfirmedPositions {
  /** The stream confirmed a position. */
  confirm(partition: string, position: number): void;
  /**
   * The broker reports the last position of a partition, before anything is sent there in this session. Returns the events
   * that it should have and does not; they are not expected from then on, so a loss is returned once.
   */
  seen(partition: string, lastPosition: number): LostEvents | undefined;
  /** To be stored with the watermark. */
  readonly byPartition: Readonly<Record<string, number>>;
}

/**
 * Starts from the stored positions. Positions above `resentAbove` are not expected of the broker: the term begins by
 * sending them again, and the broker drops those that it has.
 */
export function createConfirmedPositions(
  stored: Readonly<Record<string, number>>,
  resentAbove: number,
): ConfirmedPositions {
  const highest = new Map(
    Object.entries(stored).map(([partition, position]) => [partition, Math.min(position, resentAbove)]),
  );
  return {
    confirm(partition, position) {
      if (position > (highest.get(partition) ?? 0)) highest.set(partition, position);
    },
    seen(partition, lastPosition) {
      const expected = highest.get(partition) ?? 0;
      if (lastPosition >= expected) return undefined;
      highest.set(partition, lastPosition);
      return { partition, firstPosition: lastPosition + 1, lastPosition: expected };
    },
    get byPartition() {
      return Object.fromEntries(highest);
    },
  };
}
