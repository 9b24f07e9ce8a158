import type { BoardFact } from '../domain/fold-events.ts';

/** All boards as a reader of Redis sees them. */
export interface AllBoards {
  /** By item: bidder, amount and number of bids, highest first. */
  readonly topBidders: Readonly<Record<string, readonly string[]>>;
  readonly hottest: readonly string[];
  readonly topSellers: readonly string[];
}

/** Sequences begin at 2, because the first event of an auction is its creation. */
export interface Sequenced {
  readonly fact: BoardFact;
  readonly sequence: bigint;
}

/** Counts the boards from all facts, each once, without any of the code under test. */
export function recount(events: readonly Sequenced[], now: Date): AllBoards {
  const facts = events.map(({ fact }) => fact);
  const bids = events.flatMap(({ fact, sequence }) => (fact.kind === 'bid' ? [{ ...fact, sequence }] : []));
  const closed = new Set(facts.flatMap((fact) => (fact.kind === 'closed' ? [fact.itemId] : [])));
  const minute = Math.floor(now.getTime() / 60_000) * 60_000;
  const recent = bids.filter(
    ({ itemId, placedAt }) => !closed.has(itemId) && placedAt.getTime() >= minute - 59 * 60_000,
  );
  const topBidders = Object.groupBy(bids, ({ itemId }) => itemId);
  return {
    topBidders: Object.fromEntries(
      Object.entries(topBidders).map(([itemId, ofItem = []]) => [itemId, standings(ofItem)]),
    ),
    hottest: ranked(recent.map(({ itemId }) => itemId)),
    topSellers: ranked(facts.flatMap((fact) => (fact.kind === 'closed' && fact.soldBy ? [fact.soldBy] : []))),
  };
}

function standings(bids: readonly { userId: string; amount: bigint; sequence: bigint }[]): string[] {
  const inOrder = bids.toSorted((one, other) =>
    one.amount === other.amount ? Number(other.sequence - one.sequence) : Number(other.amount - one.amount),
  );
  const users = [...new Set(inOrder.map(({ userId }) => userId))];
  return users.map((userId) => {
    const own = inOrder.filter((bid) => bid.userId === userId);
    return `${userId} ${own[0]?.amount} ${own.length}`;
  });
}

function ranked(keys: readonly string[]): string[] {
  return Object.entries(Object.groupBy(keys, (key) => key))
    .map(([key, all = []]) => ({ key, count: all.length }))
    .sort((one, other) => other.count - one.count || (one.key < other.key ? 1 : -1))
    .map(({ key, count }) => `${key} ${count}`);
}
