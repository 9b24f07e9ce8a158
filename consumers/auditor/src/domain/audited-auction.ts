import type { AuctionCreated, AuctionEvent, AuctionFact, AuctionOutcome, BidFact } from './auction-facts.ts';

/** What is known of an auction after an event. Undefined means unknown. Amounts are minor units. */
export interface AuditedAuction {
  readonly itemId: string;
  readonly sequence: bigint;
  /** Counts the changes that everybody may see; unknown unless all events were seen. */
  readonly revision: bigint | undefined;
  readonly lastEventId: string;
  readonly lastAt: Date;
  readonly status: 'active' | 'ended' | 'cancelled';
  readonly outcome: AuctionOutcome | undefined;
  readonly sellerId: string | undefined;
  readonly currency: string | undefined;
  /** 0 without bids. */
  readonly price: bigint;
  readonly leaderId: string | undefined;
  readonly bidCount: bigint | undefined;
  readonly minimumNextBid: bigint | undefined;
  readonly reserveMet: boolean | undefined;
  readonly startsAt: Date | undefined;
  readonly endAt: Date | undefined;
  readonly hardEndAt: Date | undefined;
  readonly softCloseSeconds: number | undefined;
  readonly buyerId: string | undefined;
  readonly boughtFor: bigint | undefined;
  /** The amount of the automatic answer that must be the next event. */
  readonly answerDue: bigint | undefined;
  /** The time of the last event, if that event moved the price. */
  readonly priceMovedAt: Date | undefined;
}

/** The auction after one more event. A first event that is not the creation leaves unknown what only the creation says. */
export function afterEvent(before: AuditedAuction | undefined, event: AuctionEvent): AuditedAuction {
  const { fact } = event;
  const known = before ?? unknownAuction(event);
  const next: AuditedAuction = {
    ...known,
    sequence: event.sequence,
    lastEventId: event.id,
    lastAt: event.at,
    revision: revisionAfter(before, event),
    answerDue: undefined,
    priceMovedAt: undefined,
  };
  switch (fact.type) {
    case 'created':
      return { ...next, ...afterCreation(fact, event.at) };
    case 'bid':
    case 'answer':
      return { ...next, ...afterBid(known, fact, event.at) };
    case 'maximum_raised':
      return {
        ...next,
        currency: known.currency ?? fact.currency,
        leaderId: known.leaderId ?? fact.userId,
        price: fact.price,
        minimumNextBid: fact.minimumNextBid,
        reserveMet: fact.reserveMet,
        priceMovedAt: fact.price === known.price ? undefined : event.at,
      };
    case 'extended':
      return { ...next, endAt: fact.endAt };
    case 'bought_now':
      return { ...next, buyerId: fact.buyerId, boughtFor: fact.amount };
    case 'closed':
      return { ...next, status: 'ended', outcome: fact.outcome };
    case 'cancelled':
      return { ...next, status: 'cancelled' };
    default:
      return next;
  }
}

function unknownAuction({ itemId, sequence, id, at }: AuctionEvent): AuditedAuction {
  return {
    itemId,
    sequence,
    revision: undefined,
    lastEventId: id,
    lastAt: at,
    status: 'active',
    outcome: undefined,
    sellerId: undefined,
    currency: undefined,
    price: 0n,
    leaderId: undefined,
    bidCount: undefined,
    minimumNextBid: undefined,
    reserveMet: undefined,
    startsAt: undefined,
    endAt: undefined,
    hardEndAt: undefined,
    softCloseSeconds: undefined,
    buyerId: undefined,
    boughtFor: undefined,
    answerDue: undefined,
    priceMovedAt: undefined,
  };
}

function afterCreation(fact: AuctionCreated, at: Date): Partial<AuditedAuction> {
  const { type: _, startPrice, ...terms } = fact;
  return { ...terms, startsAt: terms.startsAt ?? at, bidCount: 0n, minimumNextBid: startPrice };
}

// A bid leads unless a standing maximum is at least as high. Then it has outbid nobody, and an answer follows.
function afterBid(before: AuditedAuction, fact: BidFact, at: Date): Partial<AuditedAuction> {
  const price = fact.price ?? fact.amount;
  const beaten = before.leaderId === undefined || fact.outbidUserId === before.leaderId;
  const leads = fact.type === 'answer' || (beaten && price === fact.amount);
  return {
    price,
    leaderId: leads ? fact.userId : before.leaderId,
    bidCount: fact.bidCount,
    minimumNextBid: fact.minimumNextBid,
    reserveMet: fact.reserveMet,
    currency: before.currency ?? fact.currency,
    answerDue: leads ? undefined : price,
    priceMovedAt: price === before.price && fact.type === 'bid' ? undefined : at,
  };
}

const QUIET: ReadonlySet<AuctionFact['type']> = new Set(['ending_soon', 'bought_now', 'relisted']);

function revisionAfter(before: AuditedAuction | undefined, { fact }: AuctionEvent): bigint | undefined {
  if (fact.type === 'created') return 1n;
  if (before?.revision === undefined) return undefined;
  const visible = fact.type === 'maximum_raised' ? fact.price !== before.price : !QUIET.has(fact.type);
  return visible ? before.revision + 1n : before.revision;
}
