import type { Delivery } from './source.ts';

/** Where a consumer stands in a partition. */
export interface Checkpoint {
  /** The last offset that it committed; null before the first. */
  readonly offset: bigint | null;
  /** What marks the message at that offset, where that is known: see messageMark. */
  readonly mark: string | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * What tells a message from whatever another stream holds at its offset: the event's id, and where a message has none,
 * the moment at which the broker stored its chunk.
 */
export function messageMark({ content, storedAt }: Delivery): string {
  const id = content.ok ? content.headers.cloudEvents_id : undefined;
  return id !== undefined && UUID.test(id) ? id : `stored ${storedAt}`;
}

export function isSamePlace(one: Checkpoint, other: Checkpoint): boolean {
  return one.offset === other.offset && one.mark === other.mark;
}
