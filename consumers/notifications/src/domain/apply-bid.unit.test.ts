import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deliveries,
  type HistoryEvent,
  histories,
  ledBefore,
  stretches,
} from '../testing/bidding-history.ts';
import { applyBid, type Bid, type Lead } from './apply-bid.ts';
import type { Standing } from './standing.ts';

const at = new Date('2026-05-01T12:00:00Z');

function bid(userId: string, sequence: number, lead: Lead = { kind: 'derived' }): Bid {
  const price = { amount: BigInt(sequence * 100), currency: 'EUR' };
  return { eventId: `e${sequence}`, itemId: 'item', userId, sequence: BigInt(sequence), price, at, lead };
}

const stated = (leads: boolean, outbid?: string): Lead => ({ kind: 'stated', leads, outbid });

/** Applies bids in the given order, as the tables would, and returns every notice. */
function apply(...bids: Bid[]): string[] {
  const known = new Map<string, Standing>();
  return bids.flatMap((each) => {
    const leader = [...known.values()].toSorted((a, b) =>
      Number((b.led?.sequence ?? 0n) - (a.led?.sequence ?? 0n)),
    )[0];
    const asked = [each.userId, each.lead.kind === 'stated' ? each.lead.outbid : leader?.userId];
    const standings = [...known.values()].filter(({ userId }) => asked.includes(userId));
    const applied = applyBid(each, { standings, leader });
    for (const standing of applied.standings) known.set(standing.userId, standing);
    return applied.notices.map(({ userId, eventId }) => `${userId} outbid by ${eventId}`);
  });
}

describe('the notices of a bid', () => {
  it('go to the bidder who led until then, with the price and the bid that took the lead', () => {
    const leader: Standing = { userId: 'ann', led: bid('ann', 2), lost: undefined, notified: 0n };
    expect(applyBid(bid('bob', 3), { leader, standings: [leader] }).notices).toEqual([
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

  it('are none for the first bid, and none when a leader raises their own bid', () => {
    expect(apply(bid('ann', 2), bid('ann', 3))).toEqual([]);
    expect(apply(bid('ann', 2, stated(true)), bid('ann', 3, stated(false)))).toEqual([]);
  });

  it('go once to each bidder who lost the lead, when a bid in between arrives last', () => {
    expect(apply(bid('ann', 2), bid('cho', 4), bid('bob', 3))).toEqual([
      'ann outbid by e4',
      'bob outbid by e4',
    ]);
  });

  it('never go to the leader, when the leader’s bids arrive before an older bid', () => {
    expect(apply(bid('ann', 2), bid('ann', 4), bid('bob', 3))).toEqual(['bob outbid by e4']);
    expect(apply(bid('ann', 4), bid('ann', 2), bid('bob', 3))).toEqual(['bob outbid by e4']);
  });

  it('go to each bidder once, when a raised bid arrives after a higher bid', () => {
    expect(apply(bid('ann', 2), bid('cho', 4), bid('ann', 3))).toEqual(['ann outbid by e4']);
  });

  it('go once to a bidder whom a standing maximum outbids, and again only after they have led', () => {
    const first = [
      bid('ann', 2, stated(true)),
      bid('bob', 3, stated(false)),
      bid('ann', 4, stated(true, 'bob')),
    ];
    const second = [bid('bob', 5, stated(false)), bid('ann', 6, stated(true, 'bob'))];
    expect(apply(...first, ...second)).toEqual(['bob outbid by e4']);
    const third = [bid('bob', 7, stated(true, 'ann')), bid('ann', 8, stated(true, 'bob'))];
    expect(apply(...first, ...second, ...third)).toEqual([
      'bob outbid by e4',
      'ann outbid by e7',
      'bob outbid by e8',
    ]);
  });

  it('never go to the bidder, whatever the event says', () => {
    expect(apply(bid('ann', 2, stated(true)), bid('ann', 3, stated(true, 'ann')))).toEqual([]);
  });
});

describe('the notices of any auction', () => {
  const name = (person: number) => `p${person}`;
  const toBids = (events: readonly HistoryEvent[], maxima: boolean): Bid[] =>
    events.map(({ sequence, bidder, outbid, isFirst }) => {
      const loser = outbid === undefined ? undefined : name(outbid);
      return bid(
        name(bidder),
        sequence,
        maxima ? stated(isFirst || loser !== undefined, loser) : { kind: 'derived' },
      );
    });
  /** The number of notices for each period in which a bidder does not lead. */
  const noticesIn = (events: readonly HistoryEvent[], notices: readonly string[], person: number) => {
    const sequences = notices.flatMap((notice) => {
      const [who, sequence] = notice.split(' outbid by e');
      return who === name(person) ? [Number(sequence)] : [];
    });
    return (since: number) => sequences.filter((each) => ledBefore(events, person, each) === since).length;
  };

  it.each([true, false])(
    'in order: one for each time that somebody is outbid (events name the outbid bidder: %s)',
    (maxima) => {
      fc.assert(
        fc.property(histories({ maxima, longest: 14 }), (events) => {
          const notices = apply(...toBids(events, maxima));
          for (const person of [0, 1, 2, 3]) {
            const times = noticesIn(events, notices, person);
            for (const { since } of stretches(events, person)) expect(times(since)).toBe(1);
          }
          expect(notices).toHaveLength([0, 1, 2, 3].flatMap((person) => stretches(events, person)).length);
        }),
      );
    },
  );

  it.each([true, false])(
    'in any order, with duplicates: at most one each, and one for everyone who does not lead at the end (%s)',
    (maxima) => {
      const cases = histories({ maxima, longest: 10 }).chain((events) =>
        fc.tuple(fc.constant(events), deliveries(events)),
      );
      fc.assert(
        fc.property(cases, ([events, delivered]) => {
          const notices = apply(...toBids(delivered, maxima));
          let expected = 0;
          for (const person of [0, 1, 2, 3]) {
            const times = noticesIn(events, notices, person);
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
