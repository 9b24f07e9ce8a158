import type { Span } from '@opentelemetry/api';

/** What a position still waits for. */
export interface Pending {
  readonly id: number;
  /** Of the stream; undefined for a row that is being put aside. */
  readonly partition: string | undefined;
  readonly bytes: number;
  /** Confirms outstanding: the stream's and the exchange's. */
  legs: number;
  readonly createdAt: Date;
  readonly span: Span | undefined;
}

/** Events that were sent and not confirmed by both. Bounded by the relay: the client libraries have no limit of their own. */
export interface Window {
  readonly size: number;
  readonly bytes: number;
  /** Everything at or below was confirmed, without holes. */
  readonly published: number;
  /** The oldest event in flight, if any. */
  oldest(): Pending | undefined;
  add(position: number, pending: Pending): void;
  /** One confirm; the pending event when it was the last one it waited for. */
  confirm(position: number): Pending | undefined;
  /** The event needs no (more) confirms. */
  settle(position: number): Pending | undefined;
  get(position: number): Pending | undefined;
}

const COMPACT_AT = 16_384;

/** Positions must be added in ascending order; holes between them are positions that nobody waits for. */
export function createWindow(published: number): Window {
  const pending = new Map<number, Pending>();
  // Positions in order of adding, looked at from `head` on: a Map's own first key costs a walk over deleted entries.
  let order: number[] = [];
  let head = 0;
  let highest = published;
  let bytes = 0;

  const skipSettled = (): void => {
    while (head < order.length && !pending.has(order[head] as number)) head++;
    if (head > COMPACT_AT) {
      order = order.slice(head);
      head = 0;
    }
  };

  const settle = (position: number): Pending | undefined => {
    const entry = pending.get(position);
    if (!entry) return undefined;
    pending.delete(position);
    bytes -= entry.bytes;
    skipSettled();
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
    oldest() {
      const lowest = order[head];
      return lowest === undefined ? undefined : pending.get(lowest);
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
      entry.legs -= 1;
      return entry.legs === 0 ? settle(position) : undefined;
    },
    settle,
    get: (position) => pending.get(position),
  };
}
