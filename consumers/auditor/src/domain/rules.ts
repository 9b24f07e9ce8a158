import type { AuctionEvent, AuctionFact } from './auction-facts.ts';
import type { AuditedAuction } from './audited-auction.ts';

/** The state before an event, the event, and the state after it. What is wrong, or undefined. */
type Rule = (before: AuditedAuction, event: AuctionEvent, after: AuditedAuction) => string | undefined;

/** What every auction promises, checked on its events alone. Unknown facts break no rule. */
export const rules = {
  price_fell: ({ price }, _, after) =>
    after.price < price ? `the price fell from ${price} to ${after.price}` : undefined,

  bid_too_low({ minimumNextBid }, { fact }) {
    if (fact.type !== 'bid' || minimumNextBid === undefined) return undefined;
    if (minimumNextBid === 0n) return `a bid of ${fact.amount}, when nobody could bid higher`;
    return fact.amount < minimumNextBid
      ? `a bid of ${fact.amount}, when at least ${minimumNextBid} was needed`
      : undefined;
  },

  bid_count_wrong({ bidCount }, { fact }) {
    if (bidCount === undefined || (fact.type !== 'bid' && fact.type !== 'answer')) return undefined;
    return fact.bidCount !== undefined && fact.bidCount !== bidCount + 1n
      ? `bid number ${fact.bidCount} after ${bidCount} bids`
      : undefined;
  },

  price_without_bid(_, { fact }) {
    if (fact.type !== 'bid' || fact.price === undefined) return undefined;
    return fact.price < fact.amount ? `the price ${fact.price} is below the bid ${fact.amount}` : undefined;
  },

  answer_missing({ answerDue, leaderId }, { fact }) {
    if (answerDue === undefined) return undefined;
    if (fact.type !== 'answer') return `the price is ${answerDue}, and no bid of that amount follows`;
    if (fact.amount !== answerDue) return `the answer is ${fact.amount} instead of ${answerDue}`;
    return leaderId !== undefined && fact.userId !== leaderId
      ? `${fact.userId} answered instead of ${leaderId}`
      : undefined;
  },

  wrong_leader({ leaderId }, { fact }) {
    if (leaderId === undefined) return undefined;
    if (fact.type === 'maximum_raised' && fact.userId !== leaderId)
      return `${fact.userId} raised a maximum, and ${leaderId} leads`;
    if (fact.type !== 'bid' || fact.outbidUserId === undefined) return undefined;
    return fact.outbidUserId !== leaderId
      ? `${fact.outbidUserId} was outbid, and ${leaderId} led`
      : undefined;
  },

  seller_bid: ({ sellerId }, { fact }) =>
    fact.type === 'bid' && fact.userId === sellerId ? 'the seller bid' : undefined,

  outside_the_times({ startsAt, endAt }, { fact, at }) {
    if (fact.type === 'closed' || fact.type === 'relisted') return undefined;
    if (endAt !== undefined && at >= endAt)
      return `${fact.type} at ${at.toISOString()}, and the end was at ${endAt.toISOString()}`;
    return startsAt !== undefined && at < startsAt && needsStart.has(fact.type)
      ? `${fact.type} at ${at.toISOString()}, before the start at ${startsAt.toISOString()}`
      : undefined;
  },

  after_the_end: ({ status }, { fact }) =>
    status !== 'active' && fact.type !== 'relisted'
      ? `${fact.type} after the auction was ${status}`
      : undefined,

  end_moved_wrongly(before, event) {
    if (event.fact.type !== 'extended') return undefined;
    const { previousEndAt, endAt } = event.fact;
    if (before.endAt !== undefined && previousEndAt.getTime() !== before.endAt.getTime())
      return `the end before is ${previousEndAt.toISOString()} instead of ${before.endAt.toISOString()}`;
    if (endAt <= previousEndAt) return 'the end was not moved to a later time';
    if (before.hardEndAt !== undefined && endAt > before.hardEndAt) return 'the end is past the hard end';
    if (before.priceMovedAt?.getTime() !== event.at.getTime()) return 'no bid moved the price before it';
    const { softCloseSeconds: seconds } = before;
    return seconds !== undefined && endAt.getTime() > event.at.getTime() + seconds * 1_000
      ? 'the end was moved too far'
      : undefined;
  },

  wrong_outcome(before, { fact, at }) {
    if (before.buyerId !== undefined && before.status === 'active' && fact.type !== 'closed')
      return 'the item was bought, and its auction goes on';
    if (fact.type !== 'closed') return undefined;
    if (before.buyerId === undefined && before.endAt !== undefined && at < before.endAt)
      return 'closed before its end';
    if (before.bidCount !== undefined && fact.bidCount !== before.bidCount)
      return `closed with ${fact.bidCount} bids after ${before.bidCount}`;
    const due = dueOutcome(before);
    const told = outcomeText(fact.outcome, fact.winnerId, fact.winningAmount);
    return due !== undefined && told !== due ? `${told} instead of ${due}` : undefined;
  },

  wrong_currency: ({ currency }, { fact }) =>
    'currency' in fact && fact.currency !== undefined && currency !== undefined && fact.currency !== currency
      ? `${fact.currency} in an auction in ${currency}`
      : undefined,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

const needsStart: ReadonlySet<AuctionFact['type']> = new Set([
  'bid',
  'answer',
  'maximum_raised',
  'bought_now',
]);

/** How the auction must be closed; undefined when too little is known. */
function dueOutcome(auction: AuditedAuction): string | undefined {
  const { buyerId, boughtFor, bidCount, reserveMet, leaderId, price } = auction;
  if (buyerId !== undefined) return outcomeText('sold', buyerId, boughtFor ?? 0n);
  if (bidCount === 0n) return outcomeText('no_bids', undefined, 0n);
  if (reserveMet === false) return outcomeText('reserve_not_met', undefined, 0n);
  return reserveMet === true && leaderId !== undefined ? outcomeText('sold', leaderId, price) : undefined;
}

function outcomeText(outcome: string, winnerId: string | undefined, amount: bigint): string {
  return outcome === 'sold' ? `sold to ${winnerId} for ${amount}` : outcome;
}
