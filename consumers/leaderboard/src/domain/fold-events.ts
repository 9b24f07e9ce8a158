/** The part of an event that the boards use. */
export type BoardFact =
  | {
      readonly kind: 'bid';
      readonly itemId: string;
      readonly userId: string;
      /** Minor units; the visible amount, not the maximum. */
      readonly amount: bigint;
      readonly sequence: bigint;
      readonly placedAt: Date;
    }
  | {
      readonly kind: 'closed';
      readonly itemId: string;
      /** Undefined when the item was not sold. */
      readonly soldBy: string | undefined;
      readonly closedAt: Date;
    };

export interface BidderChange {
  readonly itemId: string;
  readonly userId: string;
  readonly amount: bigint;
  readonly sequence: bigint;
  readonly bids: bigint;
}

export interface HeatChange {
  readonly itemId: string;
  readonly minute: Date;
  readonly bids: bigint;
}

/**
 * The changes of a batch, one entry per key. Ordered by key, so that two transactions lock rows in the same order and cannot
 * deadlock.
 */
export interface BoardChanges {
  readonly auctions: readonly { readonly itemId: string; readonly closedAt: Date | undefined }[];
  readonly bidders: readonly BidderChange[];
  readonly heat: readonly HeatChange[];
  readonly sellers: readonly { readonly sellerId: string; readonly sold: bigint }[];
}

const MINUTE_MS = 60_000;

export function foldEvents(facts: readonly BoardFact[]): BoardChanges {
  const auctions = new Map<string, Date | undefined>();
  const bidders = new Map<string, BidderChange>();
  const heat = new Map<string, HeatChange>();
  const sellers = new Map<string, bigint>();
  for (const fact of facts) {
    const { itemId } = fact;
    if (fact.kind === 'closed') {
      auctions.set(itemId, fact.closedAt);
      if (fact.soldBy !== undefined) sellers.set(fact.soldBy, (sellers.get(fact.soldBy) ?? 0n) + 1n);
      continue;
    }
    if (!auctions.has(itemId)) auctions.set(itemId, undefined);
    const bidder = `${itemId}${fact.userId}`;
    bidders.set(bidder, highest(bidders.get(bidder), fact));
    const minute = new Date(Math.floor(fact.placedAt.getTime() / MINUTE_MS) * MINUTE_MS);
    const cell = `${itemId}${minute.toISOString()}`;
    heat.set(cell, { itemId, minute, bids: (heat.get(cell)?.bids ?? 0n) + 1n });
  }
  return {
    auctions: inOrder(auctions).map(([itemId, closedAt]) => ({ itemId, closedAt })),
    bidders: inOrder(bidders).map(([, change]) => change),
    heat: inOrder(heat).map(([, change]) => change),
    sellers: inOrder(sellers).map(([sellerId, sold]) => ({ sellerId, sold })),
  };
}

function highest(known: BidderChange | undefined, bid: BoardFact & { kind: 'bid' }): BidderChange {
  const { itemId, userId, amount, sequence } = bid;
  const bids = (known?.bids ?? 0n) + 1n;
  const stays = known && (known.amount > amount || (known.amount === amount && known.sequence > sequence));
  return stays ? { ...known, bids } : { itemId, userId, amount, sequence, bids };
}

function inOrder<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1));
}
