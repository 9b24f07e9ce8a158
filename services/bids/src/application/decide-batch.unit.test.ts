import { describe, expect, it } from 'vitest';
import type { Auction } from '../domain/auction/auction.ts';
import type { PlaceBid } from '../domain/auction/commands.ts';
import { after, at, bidUpTo, clockCreated, created, placeBid } from '../testing/auction-scenario.ts';
import {
  type BidRequest,
  decideBatch,
  keyOf,
  type LockedAuction,
  type RememberedBid,
  withLateAnswers,
} from './decide-batch.ts';

const clock = after(clockCreated);
const vase = after(created({ itemId: 'vase' }));

function locked(auctions: Record<string, Auction | undefined>): ReadonlyMap<string, LockedAuction> {
  return new Map(Object.entries(auctions).map(([id, auction]) => [id, { auction, now: at(2) }]));
}

function request(command: PlaceBid, itemId = 'item', key?: string): BidRequest {
  return { itemId, command, key };
}

const nothing: ReadonlyMap<string, RememberedBid> = new Map();

describe('a batch of bids', () => {
  it('decides each bid on the state that the bids before it have left', () => {
    const bids = [100n, 104n, 105n].map((amount, i) => request(placeBid(`user${i}`, amount)));
    const { results, changes, accepted } = decideBatch(bids, locked({ item: clock }), nothing);
    expect(results).toMatchObject([
      { kind: 'accepted', answer: { leading: true, currentHighestBid: 100n, minimumNextBid: 125n } },
      { kind: 'rejected', rejection: { reason: 'BID_TOO_LOW', minimum: { amount: 125n, currency: 'USD' } } },
      { kind: 'rejected', rejection: { reason: 'BID_TOO_LOW' } },
    ]);
    expect(changes).toMatchObject([{ version: 1n, steps: [{ event: { bidId: 'user0-100' } }] }]);
    expect(accepted.map(({ bid }) => bid)).toEqual([bids[0]]);
  });

  it('returns the steps of each changed auction in order, from the version that was read', () => {
    const bids = [
      request(placeBid('ann', 100n)),
      request(placeBid('bob', 100n), 'vase'),
      request(bidUpTo('bob', 1000n)),
      request(placeBid('ann', 500n)),
    ];
    const { results, changes, accepted } = decideBatch(bids, locked({ item: clock, vase }), nothing);
    expect(results.map((result) => result?.kind)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
    expect(
      changes.map(({ version, steps }) => [
        version,
        steps[0]?.after.id,
        steps.map(({ event }) => event.type),
        steps.map((step) => step.after.version),
      ]),
    ).toEqual([
      [1n, 'item', ['BidPlaced', 'BidPlaced', 'BidPlaced', 'ProxyBidPlaced'], [2n, 3n, 4n, 5n]],
      [1n, 'vase', ['BidPlaced'], [2n]],
    ]);
    // Each bid keeps its own steps, because their events continue the trace of its request.
    expect(accepted.map(({ bid, steps }) => [bid, steps.length])).toEqual(
      bids.map((bid, i) => [bid, i === 3 ? 2 : 1]),
    );
    expect(accepted.map((bid) => bid.at)).toEqual(bids.map(() => at(2)));
  });

  it('leaves a bid undecided when its auction is not locked', () => {
    const bids = [request(placeBid('ann', 100n), 'elsewhere'), request(placeBid('bob', 100n))];
    const { results, changes } = decideBatch(bids, locked({ item: clock }), nothing);
    expect(results.map((result) => result?.kind)).toEqual([undefined, 'accepted']);
    expect(changes).toHaveLength(1);
  });

  it('rejects bids on an item that does not exist, and writes nothing', () => {
    const decision = decideBatch([request(placeBid('ann', 100n))], locked({ item: undefined }), nothing);
    expect(decision).toEqual({
      results: [{ kind: 'rejected', rejection: { reason: 'ITEM_NOT_FOUND' } }],
      accepted: [],
      changes: [],
    });
  });
});

describe('idempotency keys in a batch', () => {
  const first = request(placeBid('ann', 100n), 'item', 'k');

  it('give a repeat in the same batch the first answer, and decide it once', () => {
    const repeat = request({ ...placeBid('ann', 100n), bidId: 'other' }, 'item', 'k');
    const { results, accepted } = decideBatch([first, repeat], locked({ item: clock }), nothing);
    expect(accepted).toHaveLength(1);
    const answer = results[0]?.kind === 'accepted' ? results[0].answer : undefined;
    expect(results[1]).toEqual({
      kind: 'repeated',
      remembered: { asked: first.command, answer, visible: true },
    });
  });

  it('remember whether the bid changed what everybody may see', () => {
    const raise = (maximum: bigint, key: string) => request(bidUpTo('ann', maximum), 'item', key);
    const bids = [raise(500n, 'bid'), raise(900n, 'raise'), raise(900n, 'raise')];
    const { results } = decideBatch(bids, locked({ item: clock }), nothing);
    expect(results).toMatchObject([
      { visible: true },
      { visible: false },
      { remembered: { visible: false } },
    ]);
  });

  it('give a repeat the remembered answer, whatever has happened to the auction since', () => {
    const { results } = decideBatch([first], locked({ item: clock }), nothing);
    if (results[0]?.kind !== 'accepted') throw new Error('the bid was not accepted');
    const remembered: RememberedBid = { asked: first.command, answer: results[0].answer, visible: true };
    const ended = after(clockCreated, { type: 'ItemCancelled', at: at(1) });
    const again = decideBatch([first], locked({ item: ended }), new Map([[keyOf('ann', 'k'), remembered]]));
    expect(again).toEqual({ results: [{ kind: 'repeated', remembered }], accepted: [], changes: [] });
  });

  it('belong to one user, and a rejected bid does not use them up', () => {
    const bids = [
      request(placeBid('ann', 1n), 'item', 'k'),
      first,
      request(placeBid('bob', 125n), 'item', 'k'),
    ];
    const { results } = decideBatch(bids, locked({ item: clock }), nothing);
    expect(results.map((result) => result?.kind)).toEqual(['rejected', 'accepted', 'accepted']);
  });

  it('replace a rejection by an answer that another transaction gave in the meantime', () => {
    const { results } = decideBatch([first], locked({ item: clock }), nothing);
    if (results[0]?.kind !== 'accepted') throw new Error('the bid was not accepted');
    const late: RememberedBid = { asked: first.command, answer: results[0].answer, visible: true };
    const bids = [first, request(placeBid('bob', 1n), 'item', 'k'), request(placeBid('eve', 1n))];
    const rejected = { kind: 'rejected', rejection: { reason: 'BID_TOO_LOW' } } as const;
    const found = new Map([[keyOf('ann', 'k'), late]]);
    expect(withLateAnswers(bids, [rejected, rejected, rejected], found)).toEqual([
      { kind: 'repeated', remembered: late },
      rejected,
      rejected,
    ]);
  });
});
