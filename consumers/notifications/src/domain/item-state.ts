import type { Notice, Price } from './notice.ts';

/** How an auction ended, if it has. */
export interface Ending {
  readonly kind: 'closed' | 'cancelled';
  readonly eventId: string;
  readonly at: Date;
  /** Undefined where an earlier version of this consumer kept the ending. */
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

/** What is known of an item, and what time it is by the database's clock. */
export interface ItemState {
  readonly itemId: string;
  readonly ending: Ending | undefined;
  readonly soon: Announcement | undefined;
  readonly now: Date;
}

/** The item was withdrawn: what the people who care for it are told, but not its seller, who did it. */
export function tellCancelled({ itemId, ending }: ItemState, people: readonly string[]): readonly Notice[] {
  if (ending?.kind !== 'cancelled') return [];
  return people
    .filter((userId) => userId !== ending.sellerId)
    .map((userId) => ({ kind: 'cancelled', eventId: ending.eventId, itemId, userId, happenedAt: ending.at }));
}

/** The auction ends soon: what the people who care for it are told, unless it has ended, or its end has passed. */
export function tellEndingSoon(
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
