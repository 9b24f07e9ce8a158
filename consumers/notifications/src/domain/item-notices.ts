import type { ItemState } from './item-state.ts';
import type { AuctionOutcome, Notice, NoticeKind } from './notice.ts';

/** Somebody who bid on the item or watches it. */
export interface Person {
  readonly userId: string;
  /** Whether they have bid; false for people who only watch. */
  readonly hasBid: boolean;
}

const sellerKinds: Record<AuctionOutcome, NoticeKind> = {
  sold: 'sold',
  bought_now: 'sold',
  reserve_not_met: 'reserve_not_met',
  no_bids: 'no_bids',
};

/** The notices of a closed auction for its seller, and for the winner if there is one. */
export function resultNotices(item: ItemState): readonly Notice[] {
  const { result } = item.ending ?? {};
  if (result === undefined) return [];
  const { outcome, winnerId } = result;
  return [
    ...(winnerId === undefined ? [] : closedNotice(item, winnerId, 'won')),
    ...(item.sellerId === undefined ? [] : closedNotice(item, item.sellerId, sellerKinds[outcome])),
  ];
}

/** The notices of a closed auction for those of these people who neither won nor sold the item. */
export function closedNotices(item: ItemState, people: readonly Person[]): readonly Notice[] {
  const winnerId = item.ending?.result?.winnerId;
  return people
    .filter(({ userId }) => userId !== winnerId && userId !== item.sellerId)
    .flatMap(({ userId, hasBid }) => closedNotice(item, userId, hasBid ? 'lost' : 'ended'));
}

function closedNotice({ itemId, ending }: ItemState, userId: string, kind: NoticeKind): readonly Notice[] {
  if (ending?.result === undefined) return [];
  const { outcome, price } = ending.result;
  const { eventId, at: happenedAt } = ending;
  return [{ kind, eventId, itemId, userId, outcome, happenedAt, ...(price !== undefined && { price }) }];
}

/** The notices of a withdrawn item for these people, except its seller, who withdrew it. */
export function cancelledNotices(item: ItemState, people: readonly Person[]): readonly Notice[] {
  const { itemId, ending } = item;
  if (ending?.kind !== 'cancelled') return [];
  const { eventId, at: happenedAt } = ending;
  return othersThanSeller(item, people).map(({ userId }) => ({
    kind: 'cancelled',
    eventId,
    itemId,
    userId,
    happenedAt,
  }));
}

/** The notices of an auction that ends soon for these people; none after it has ended or its end has passed. */
export function endingSoonNotices(
  { itemId, ending, soon, now }: ItemState,
  people: readonly Person[],
): readonly Notice[] {
  if (soon === undefined || ending !== undefined || soon.endAt <= now) return [];
  const { eventId, at, price } = soon;
  return people.map(({ userId }) => ({
    kind: 'ending_soon',
    eventId,
    itemId,
    userId,
    ...(price !== undefined && { price }),
    happenedAt: at,
  }));
}

/** The notices of a started auction for these people, except its seller; none after it has ended. */
export function startedNotices(item: ItemState, people: readonly Person[]): readonly Notice[] {
  const { itemId, ending, start } = item;
  if (start === undefined || ending !== undefined) return [];
  const { eventId, at: happenedAt } = start;
  return othersThanSeller(item, people).map(({ userId }) => ({
    kind: 'started',
    eventId,
    itemId,
    userId,
    happenedAt,
  }));
}

/** The notices of a relisted item for these people, except its seller. They are about the new item. */
export function relistedNotices(item: ItemState, people: readonly Person[]): readonly Notice[] {
  const { relisting, title } = item;
  if (relisting === undefined) return [];
  const { eventId, at: happenedAt, relistedAs: itemId } = relisting;
  return othersThanSeller(item, people).map(({ userId }) => ({
    kind: 'relisted',
    eventId,
    itemId,
    userId,
    happenedAt,
    ...(title !== undefined && { title }),
  }));
}

function othersThanSeller({ sellerId }: ItemState, people: readonly Person[]): readonly Person[] {
  return people.filter(({ userId }) => userId !== sellerId);
}
