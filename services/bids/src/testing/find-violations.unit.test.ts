import { describe, expect, it } from 'vitest';
import type { AuctionEvent } from '../domain/auction/events.ts';
import { after, at, bidPlaced, created, proxyBid } from './auction-scenario.ts';
import { findShownSecrets, findViolations } from './find-violations.ts';

const item = created({ reservePrice: 300n, softCloseSeconds: 60, hardEndAt: at(3700) });
const ann = bidPlaced('ann', 100n, 1, { maximum: 1000n });
const extended = (to: number, seconds: number): AuctionEvent => ({
  type: 'AuctionExtended',
  previousEndAt: at(3600),
  endAt: at(to),
  at: at(seconds),
});
const sold = (userId: string, amount: bigint, seconds = 3600): AuctionEvent => ({
  type: 'AuctionClosed',
  outcome: 'sold',
  winner: { userId, amount },
  at: at(seconds),
});
const reserveNotMet: AuctionEvent = {
  type: 'AuctionClosed',
  outcome: 'reserve_not_met',
  winner: undefined,
  at: at(3600),
};

describe('the checker of an auction’s promises', () => {
  it('finds nothing when they are kept', () => {
    const lost = bidPlaced('bob', 400n, 3550, { leads: false, price: 425n });
    const answer = proxyBid('ann', 425n, ['bob', 400n], 3550);
    const facts = [item, ann, lost, answer, extended(3610, 3550), sold('ann', 425n, 3610)];
    expect(findViolations(facts)).toEqual([]);
    expect(findViolations([item, bidPlaced('ann', 200n), reserveNotMet])).toEqual([]);
  });

  it.each([
    ['a price that falls', [bidPlaced('ann', 400n), bidPlaced('bob', 350n)], /lowered the price/],
    ['a price below the start price', [bidPlaced('ann', 99n)], /below the start price/],
    [
      'a price that rises without a bid',
      [
        bidPlaced('ann', 100n, 1, { maximum: 200n }),
        { type: 'MaximumRaised', userId: 'ann', maximum: 500n, price: 300n, at: at(2) },
      ],
      /the price 300 is not the last bid 100/,
    ],
    ['a leader who was outbid', [ann, bidPlaced('bob', 400n)], /bob leads instead of ann/],
    [
      'a tie that the later bid wins',
      [bidPlaced('ann', 400n), bidPlaced('bob', 400n)],
      /leads instead of ann/,
    ],
    [
      'a price above its bidder’s limit',
      [ann, bidPlaced('bob', 990n, 2, { leads: false, price: 1040n })],
      /above its bidder's limit/,
    ],
    ['a bid by the seller', [bidPlaced('seller', 400n)], /seller bid/],
    ['a bid after the end', [bidPlaced('ann', 400n, 3600)], /after the end/],
    ['an extension without a bid', [ann, extended(3660, 3600)], /without a bid/],
    [
      'an extension by a raised maximum that leaves the price',
      [
        ann,
        { type: 'MaximumRaised', userId: 'ann', maximum: 2000n, price: 100n, at: at(3550) },
        extended(3610, 3550),
      ],
      /moved, but not the price/,
    ],
    [
      'an extension after the largest bid',
      [bidPlaced('ann', 1_000_000_000_000n, 3550), extended(3610, 3550)],
      /nobody can answer/,
    ],
    ['a leader who bids', [bidPlaced('ann', 100n), bidPlaced('ann', 400n)], /bid against themselves/],
    ['an extension past the hard end', [bidPlaced('ann', 400n, 3599), extended(3701, 3599)], /hard end/],
    ['an extension too far', [bidPlaced('ann', 400n, 3570), extended(3640, 3570)], /too far/],
    [
      'a sale below the reserve price',
      [bidPlaced('ann', 200n), sold('ann', 200n)],
      /below the reserve price/,
    ],
    ['a reserve price that was met without a sale', [bidPlaced('ann', 300n), reserveNotMet], /was not sold/],
    ['a winner who did not lead', [bidPlaced('ann', 400n), sold('bob', 400n)], /wrong bidder won/],
    ['two closings', [bidPlaced('ann', 400n), sold('ann', 400n), sold('ann', 400n)], /closed 2 times/],
    ['a closing before the end', [bidPlaced('ann', 400n), sold('ann', 400n, 3599)], /before its end/],
  ] as [string, AuctionEvent[], RegExp][])('finds %s', (_, facts, complaint) => {
    expect(findViolations([item, ...facts]).join('; ')).toMatch(complaint);
  });

  it('finds a revision and a time of the last change that show a raised maximum', () => {
    const raised = { type: 'MaximumRaised', userId: 'ann', maximum: 2000n, price: 100n, at: at(9) } as const;
    const facts = [item, ann, raised];
    const stored = after(...facts);
    if (!stored) throw new Error('no auction');
    expect(findShownSecrets(facts, stored)).toEqual([]);
    expect(findShownSecrets(facts, { ...stored, revision: 3n })).toEqual([
      'the revision is 3 after 2 visible changes',
    ]);
    expect(findShownSecrets(facts, { ...stored, updatedAt: at(9) }).join()).toMatch(
      /at the time of BidPlaced/,
    );
  });

  it('finds a bid before the start', () => {
    const later = created({ startsAt: at(60) });
    expect(findViolations([later, bidPlaced('ann', 400n)]).join('; ')).toMatch(/before the start/);
  });
});
