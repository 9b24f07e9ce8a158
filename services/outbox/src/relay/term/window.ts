import type { Span } from '@opentelemetry/api';

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
