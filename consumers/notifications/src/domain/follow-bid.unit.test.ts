import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deliveries,
  type HistoryEvent,
  histories,
  ledBefore,
  stretches,
} from '../testing/bidding-history.ts';
import { type Bid, followBid, type Lead } from './follow-bid.ts';
import type { Standing } from './standing.ts';

const at = new Date('2026-05-01T12:00:00Z');

function bid(userId: string, sequence: number, lead: Lead = { kind: 'derived' }): Bid {
  const price = { amount: BigInt(sequence * 100), currency: 'EUR' };
  return { eventId: `e${sequence}`, itemId: 'item', userId, sequence: BigInt(sequence), price, at, lead };
}

const told = (leads: boolean, outbid?: string): Lead => ({ kind: 'told', leads, outbid });

/** Follows bids in the order given, as the tables would; every notice made. */
function follow(...bids: Bid[]): string[] {
  const known = new Map<string, Standing>();
  return bids.flatMap((each) => {
    const leader = [...known.values()].toSorted((a, b) =>
      Number((b.led?.sequence ?? 0n) - (a.led?.sequence ?? 0n)),
    )[0];
    const asked = [each.userId, each.lead.kind === 'told' ? each.lead.outbid : leader?.userId];
    const standings = [...known.values()].filter(({ userId }) => asked.includes(userId));
    const followed = followBid(each, { standings, leader });
    for (const standing of followed.standings) known.set(standing.userId, standing);
    return followed.notices.map(({ userId, eventId }) => `${userId} outbid by ${eventId}`);
  });
}

describe('who is told of a bid', () => {
  it('the bidder who led until then, with the price and the bid that took the lead', () => {
    const leader: Standing = { userId: 'ann', led: bid('ann', 2), lost: undefined, told: 0n };
    expect(followBid(bid('bob', 3), { leader, standings: [leader] }).notices).toEqual([
      {
        kind: 'outbid',
        eventId: 'e3',
        itemId: 'item',
        userId: 'ann',
        price: { amount: 300n, currency: 'EUR' },
        happenedAt: at,
      },
    ]);
  });

  it('nobody of the first bid, and nobody when a leader raises their own', () => {
    expect(follow(bid('ann', 2), bid('ann', 3))).toEqual([]);
    expect(follow(bid('ann', 2, told(true)), bid('ann', 3, told(false)))).toEqual([]);
  });

  it('each loser of the lead once, when a bid between comes last', () => {
    expect(follow(bid('ann', 2), bid('cho', 4), bid('bob', 3))).toEqual([
      'ann outbid by e4',
      'bob outbid by e4',
    ]);
  });

  it('never the leader, when their bids overtake an older one', () => {
    expect(follow(bid('ann', 2), bid('ann', 4), bid('bob', 3))).toEqual(['bob outbid by e4']);
    expect(follow(bid('ann', 4), bid('ann', 2), bid('bob', 3))).toEqual(['bob outbid by e4']);
  });

  it('nobody twice, when a bidder raises late what was beaten already', () => {
    expect(follow(bid('ann', 2), bid('cho', 4), bid('ann', 3))).toEqual(['ann outbid by e4']);
  });

  it('who is answered at once by a standing maximum, once until they have led', () => {
    const first = [bid('ann', 2, told(true)), bid('bob', 3, told(false)), bid('ann', 4, told(true, 'bob'))];
    const second = [bid('bob', 5, told(false)), bid('ann', 6, told(true, 'bob'))];
    expect(follow(...first, ...second)).toEqual(['bob outbid by e4']);
    const third = [bid('bob', 7, told(true, 'ann')), bid('ann', 8, told(true, 'bob'))];
    expect(follow(...first, ...second, ...third)).toEqual([
      'bob outbid by e4',
      'ann outbid by e7',
      'bob outbid by e8',
    ]);
  });

  it('never the bidder, whatever the event says', () => {
    expect(follow(bid('ann', 2, told(true)), bid('ann', 3, told(true, 'ann')))).toEqual([]);
  });
});

describe('being told, over any auction', () => {
  const name = (person: number) => `p${person}`;
  const toBids = (events: readonly HistoryEvent[], maxima: boolean): Bid[] =>
    events.map(({ sequence, bidder, outbid, isFirst }) => {
      const loser = outbid === undefined ? undefined : name(outbid);
      return bid(
        name(bidder),
        sequence,
        maxima ? told(isFirst || loser !== undefined, loser) : { kind: 'derived' },
      );
    });
  /** Of each stretch in which a bidder does not lead, how often they were told of it. */
  const toldIn = (events: readonly HistoryEvent[], notices: readonly string[], person: number) => {
    const sequences = notices.flatMap((notice) => {
      const [who, sequence] = notice.split(' outbid by e');
      return who === name(person) ? [Number(sequence)] : [];
    });
    return (since: number) => sequences.filter((each) => ledBefore(events, person, each) === since).length;
  };

  it.each([true, false])(
    'in order: once for each time that somebody is outbid (events say who: %s)',
    (maxima) => {
      fc.assert(
        fc.property(histories({ maxima, longest: 14 }), (events) => {
          const notices = follow(...toBids(events, maxima));
          for (const person of [0, 1, 2, 3]) {
            const times = toldIn(events, notices, person);
            for (const { since } of stretches(events, person)) expect(times(since)).toBe(1);
          }
          expect(notices).toHaveLength([0, 1, 2, 3].flatMap((person) => stretches(events, person)).length);
        }),
      );
    },
  );

  it.each([true, false])(
    'in any order and twice: never twice, and always who does not lead in the end (%s)',
    (maxima) => {
      const cases = histories({ maxima, longest: 10 }).chain((events) =>
        fc.tuple(fc.constant(events), deliveries(events)),
      );
      fc.assert(
        fc.property(cases, ([events, delivered]) => {
          const notices = follow(...toBids(delivered, maxima));
          let expected = 0;
          for (const person of [0, 1, 2, 3]) {
            const times = toldIn(events, notices, person);
            for (const { since, isLast } of stretches(events, person)) {
              expected += times(since);
              if (isLast) expect(times(since)).toBe(1);
              else expect(times(since)).toBeLessThanOrEqual(1);
            }
          }
          expect(notices).toHaveLength(expected);
        }),
        { numRuns: 300 },
      );
    },
  );
});
