import type { Notice, Price } from './notice.ts';

/** How an auction ended. */
export interface Ending {
  readonly kind: 'closed' | 'cancelled';
  readonly eventId: string;
  readonly at: Date;
  /** Undefined if an earlier version of this consumer stored the ending. */
  readonly sellerId: string | undefined;
}

/** The announcement that an auction ends soon. */
export interface Announcement {
  readonly eventId: string;
  readonly sequence: bigint;
  readonly at: Date;
  readonly endAt: Date;
  /** The highest bid, if there was one. */
  readonly price: Price | undefined;
}

/** The known state of an item, and the current time by the database's clock. */
export interface ItemState {
  readonly itemId: string;
  readonly ending: Ending | undefined;
  readonly soon: Announcement | undefined;
  readonly now: Date;
}

/** The notices of a withdrawn item for these users, except its seller, who withdrew it. */
export function cancelledNotices(
  { itemId, ending }: ItemState,
  people: readonly string[],
): readonly Notice[] {
  if (ending?.kind !== 'cancelled') return [];
  return people
    .filter((userId) => userId !== ending.sellerId)
    .map((userId) => ({ kind: 'cancelled', eventId: ending.eventId, itemId, userId, happenedAt: ending.at }));
}

/** The notices of an auction that ends soon for these users; none after it has ended or its end has passed. */
export function endingSoonNotices(
  { itemId, ending, soon, now }: ItemState,
  people: readonly string[],
): readonly Notice[] {
  if (soon === undefined || ending !== undefined || soon.endAt <= now) return [];
  const { eventId, at, price } = soon;
  return people.map((userId) => ({
    kind: 'ending_soon',
    eventId,
    itemId,
    userId,
    ...(price !== undefined && { price }),
    happenedAt: at,
  }));
}
