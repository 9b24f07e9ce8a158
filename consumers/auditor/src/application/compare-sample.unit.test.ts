import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditedAuction } from '../domain/audited-auction.ts';
import type { SourceItem } from '../domain/compare-with-source.ts';
import { at, audit, bid, created, type Facts, history } from '../testing/scenario.ts';
import { compareSample, type Suspects } from './compare-sample.ts';
import type { SourceDifference } from './ports.ts';

const facts: Facts = [
  [0, created],
  [1, bid('ann', 100n, 1n)],
];
const equal: SourceItem = {
  revision: 2n,
  price: 100n,
  bidCount: 1n,
  endAt: at(3_600),
  cancelled: false,
  outcome: undefined,
};

describe('a comparison with the source', () => {
  let suspects: Suspects;
  let stored: Map<string, SourceDifference>;
  beforeEach(() => {
    suspects = new Map();
    stored = new Map();
  });

  async function rulesAt(seconds: number, source: SourceItem | undefined, auction = audited(facts)) {
    const found = await compareSample(
      {
        auctions: {
          sample: async () => [auction],
          async saveDifference(difference) {
            const isNew = !stored.has(difference.itemId);
            stored.set(difference.itemId, difference);
            return isNew;
          },
          async removeDifference(itemId) {
            stored.delete(itemId);
          },
        },
        source: { readItem: async () => source },
      },
      { size: 1, suspects, patience: { behind: 3_000, ahead: 60_000 }, now: seconds * 1_000 },
    );
    return found.map(({ rule }) => rule);
  }

  it('finds nothing in an equal auction', async () => {
    expect(await rulesAt(0, equal)).toEqual([]);
  });

  it.each([
    ['price', { price: 90n }],
    ['count', { bidCount: 2n }],
    ['end', { endAt: at(3_601) }],
    ['cancellation', { cancelled: true }],
  ])('finds another %s at the same revision at once, and tells it once', async (_, change) => {
    expect(await rulesAt(0, { ...equal, ...change })).toEqual(['differs']);
    expect(await rulesAt(2, { ...equal, ...change })).toEqual([]);
    expect(stored.size).toBe(1);
  });

  it('waits for events that are on their way, for a minute', async () => {
    const ahead = { ...equal, revision: 3n };
    expect(await rulesAt(0, ahead)).toEqual([]);
    expect(await rulesAt(59, ahead)).toEqual([]);
    expect(await rulesAt(60, ahead)).toEqual(['source_ahead']);
  });

  it('begins to wait again when another event came', async () => {
    const behind = { ...equal, revision: 1n };
    expect(await rulesAt(0, behind)).toEqual([]);
    const later = audited([...facts, [2, bid('ben', 110n, 2n, { outbidUserId: 'ann' })]]);
    expect(await rulesAt(3, behind, later)).toEqual([]);
    expect(await rulesAt(6, behind, later)).toEqual(['source_behind']);
  });

  it('finds an auction that the source does not have', async () => {
    expect(await rulesAt(0, undefined)).toEqual([]);
    expect(await rulesAt(3, undefined)).toEqual(['source_behind']);
  });

  it('removes a difference when both agree again', async () => {
    await rulesAt(0, { ...equal, price: 90n });
    expect(await rulesAt(2, equal)).toEqual([]);
    expect(stored.size).toBe(0);
  });

  it('says nothing about an auction whose first events it has not seen', async () => {
    const unknown = audit(history(...facts).slice(1)).auction;
    expect(await rulesAt(0, { ...equal, price: 1n }, unknown)).toEqual([]);
  });
});

function audited(of: Facts): AuditedAuction {
  const { auction } = audit(history(...of));
  if (auction === undefined) throw new Error('no event');
  return auction;
}
