import type { Auction } from '../domain/auction/auction.ts';
import type { AuctionEvent, ItemCreated } from '../domain/auction/events.ts';
import { evolveAll, type Step } from '../domain/auction/evolve.ts';

/** Checks what every auction promises, using only its events and not the functions that decide. */
export function findViolations(events: readonly AuctionEvent[]): string[] {
  const [created] = events;
  if (created?.type !== 'ItemCreated') return ['the first event is not ItemCreated'];
  const steps = evolveAll(undefined, events);
  return [
    ...pricesThatFall(steps),
    ...pricesWithoutBid(steps),
    ...wrongLeaders(steps),
    ...lateEvents(created, events),
    ...wrongExtensions(created, events),
    ...needlessExtensions(steps),
    ...wrongClosings(steps),
  ];
}

/**
 * Checks what a secret act must not do: the stored auction has a revision and a time of its last change, which count what everybody
 * may see and nothing else.
 */
export function findShownSecrets(events: readonly AuctionEvent[], stored: Auction): string[] {
  const visible = events.filter((event, i) => {
    if (event.type !== 'MaximumRaised') return !QUIET.includes(event.type);
    return event.price !== priceBefore(events.slice(0, i));
  });
  const found: string[] = [];
  if (stored.revision !== BigInt(visible.length))
    found.push(`the revision is ${stored.revision} after ${visible.length} visible changes`);
  const last = visible.at(-1);
  if (stored.updatedAt.getTime() !== last?.at.getTime())
    found.push(`the last change is not at the time of ${last?.type}, the last one that everybody may see`);
  return found;
}

/** Events that change nothing that everybody may see; a closing follows ItemBoughtNow. */
const QUIET: readonly AuctionEvent['type'][] = ['AuctionEndingSoon', 'ItemBoughtNow', 'ItemRelisted'];

function priceBefore(events: readonly AuctionEvent[]): bigint | undefined {
  return evolveAll(undefined, events).at(-1)?.after.highestBid?.amount;
}

function pricesThatFall(steps: readonly Step[]): string[] {
  const found: string[] = [];
  let price = 0n;
  for (const { event, after } of steps) {
    const amount = after.highestBid?.amount ?? 0n;
    if (amount < price) found.push(`${event.type} lowered the price from ${price} to ${amount}`);
    if (amount !== 0n && amount < after.startPrice)
      found.push(`the price ${amount} is below the start price`);
    price = amount;
  }
  return found;
}

/** The price is the amount of the last bid. Between a bid and the answer that follows it, it is already that of the answer. */
function pricesWithoutBid(steps: readonly Step[]): string[] {
  const found: string[] = [];
  let last: bigint | undefined;
  for (const [i, { event, after }] of steps.entries()) {
    if (event.type === 'BidPlaced' || event.type === 'ProxyBidPlaced') last = event.amount;
    const answered = event.type === 'BidPlaced' && steps[i + 1]?.event.type === 'ProxyBidPlaced';
    const price = after.highestBid?.amount;
    if (!answered && price !== last)
      found.push(`after ${event.type} the price ${price} is not the last bid ${last}`);
  }
  return found;
}

/** The highest limit leads, the earliest of equal ones, and nobody pays more than their limit. */
function wrongLeaders(steps: readonly Step[]): string[] {
  const found: string[] = [];
  let best: { userId: string; limit: bigint } | undefined;
  for (const { event, after } of steps) {
    if (event.type === 'BidPlaced' && event.userId === best?.userId)
      found.push(`${event.userId} bid against themselves`);
    if (event.type === 'BidPlaced' || event.type === 'MaximumRaised') {
      const plain = event.type === 'BidPlaced' ? event.amount : event.maximum;
      const limit = event.maximum ?? plain;
      if (!best || limit > best.limit) best = { userId: event.userId, limit };
      if (event.userId === after.sellerId) found.push('the seller bid');
    }
    const leader = after.highestBid;
    if (leader?.userId !== best?.userId) found.push(`${leader?.userId} leads instead of ${best?.userId}`);
    if (leader && best && leader.amount > best.limit) {
      found.push(`the price ${leader.amount} is above its bidder's limit ${best.limit}`);
    }
  }
  return found;
}

const AFTER_THE_END: readonly AuctionEvent['type'][] = ['AuctionClosed', 'ItemRelisted'];
const BIDDING: readonly AuctionEvent['type'][] = [
  'BidPlaced',
  'ProxyBidPlaced',
  'MaximumRaised',
  'ItemBoughtNow',
];

function lateEvents(created: ItemCreated, events: readonly AuctionEvent[]): string[] {
  const found: string[] = [];
  let { endAt } = created;
  for (const event of events) {
    if (!AFTER_THE_END.includes(event.type) && event.at >= endAt) {
      found.push(`${event.type} at ${event.at.toISOString()}, after the end at ${endAt.toISOString()}`);
    }
    if (BIDDING.includes(event.type) && event.at < created.startsAt)
      found.push(`${event.type} before the start`);
    if (event.type === 'AuctionExtended') endAt = event.endAt;
  }
  return found;
}

function wrongExtensions(created: ItemCreated, events: readonly AuctionEvent[]): string[] {
  const found: string[] = [];
  let { endAt } = created;
  for (const [i, event] of events.entries()) {
    if (event.type !== 'AuctionExtended') continue;
    const cause = events[i - 1];
    if (!cause || !BIDDING.includes(cause.type) || cause.at.getTime() !== event.at.getTime()) {
      found.push('the end was moved without a bid');
    }
    if (event.endAt > created.hardEndAt) found.push('the end was moved past the hard end');
    if (event.endAt <= endAt) found.push('the end was not moved to a later time');
    if (event.endAt.getTime() > event.at.getTime() + created.softCloseSeconds * 1000) {
      found.push('the end was moved too far');
    }
    endAt = event.endAt;
  }
  return found;
}

/** The largest amount of a bid, by the field rules of PlaceBid. */
const LARGEST = 1_000_000_000_000n;

/** The end moves only when the price does, and when somebody else may still answer. */
function needlessExtensions(steps: readonly Step[]): string[] {
  const found: string[] = [];
  let before: bigint | undefined;
  for (const [i, { event, after }] of steps.entries()) {
    if (event.type === 'BidPlaced' || event.type === 'MaximumRaised')
      before = steps[i - 1]?.after.highestBid?.amount;
    if (event.type !== 'AuctionExtended') continue;
    const price = after.highestBid?.amount ?? 0n;
    if (price === before) found.push('the end was moved, but not the price');
    if (price >= LARGEST) found.push('the end was moved, but nobody can answer');
  }
  return found;
}

function wrongClosings(steps: readonly Step[]): string[] {
  const found: string[] = [];
  const closings = steps.filter(({ event }) => event.type === 'AuctionClosed');
  if (closings.length > 1) found.push(`closed ${closings.length} times`);
  for (const { event, after } of closings) {
    if (event.type === 'AuctionClosed') found.push(...wrongOutcome(after, boughtBy(steps), event.at));
  }
  return found;
}

function boughtBy(steps: readonly Step[]): { userId: string; amount: bigint } | undefined {
  const bought = steps.map(({ event }) => event).find((event) => event.type === 'ItemBoughtNow');
  return bought && { userId: bought.buyerId, amount: bought.amount };
}

function wrongOutcome(after: Auction, buyer: Auction['winner'], closedAt: Date): string[] {
  const { winner, outcome, reservePrice, highestBid } = after;
  const found: string[] = [];
  if ((outcome === 'sold') !== (winner !== undefined)) found.push(`${outcome} with winner ${winner?.userId}`);
  const due = buyer ?? (outcome === 'sold' ? highestBid : undefined);
  if (winner?.userId !== due?.userId || winner?.amount !== due?.amount) found.push('the wrong bidder won');
  if (winner && reservePrice !== undefined && winner.amount < reservePrice)
    found.push('sold below the reserve price');
  if (!winner && highestBid && highestBid.amount >= (reservePrice ?? 0n))
    found.push('the reserve price was met, and the item was not sold');
  if (!buyer && closedAt < after.endAt) found.push('closed before its end');
  return found;
}
