import { describe, expect, test } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { Attempt, History, StoredBid, StreamEvent } from './history.ts';
import { countByKind, describeVerdict } from './verdict.ts';

const item = 'item-1';
const attempt = (n: number, change: Partial<Attempt> = {}): Attempt => ({
  key: `key-${n}`,
  userId: `user-${n % 2}`,
  itemId: item,
  amount: BigInt(n * 100),
  sentAt: n * 10,
  tries: 1,
  answer: { kind: 'acknowledged', bidId: `bid-${n}`, at: n * 10 + 5 },
  ...change,
});
const bid = (n: number, change: Partial<StoredBid> = {}): StoredBid => ({
  id: `bid-${n}`,
  itemId: item,
  userId: `user-${n % 2}`,
  amount: BigInt(n * 100),
  sequence: BigInt(n + 1),
  ...change,
});
const event = (n: number, change: Partial<StreamEvent> = {}): StreamEvent => ({
  partition: 'gavel.bids-0',
  offset: BigInt(n),
  id: `event-${n}`,
  type: 'bids.v1.BidPlaced',
  aggregateId: item,
  sequence: BigInt(n + 1),
  bid: { bidId: `bid-${n}`, userId: `user-${n % 2}`, amount: BigInt(n * 100) },
  ...change,
});
const created: StreamEvent = {
  partition: 'gavel.bids-0',
  offset: 0n,
  id: 'event-0',
  type: 'bids.v1.ItemCreated',
  aggregateId: item,
  sequence: 1n,
};
const good: History = {
  attempts: [attempt(1), attempt(2), attempt(3)],
  bids: [bid(1), bid(2), bid(3)],
  items: [{ id: item, version: 4n, bidCount: 3n, closed: false }],
  stream: [created, event(1), event(2), event(3)],
  routed: ['bid-1', 'bid-2', 'bid-3'],
  stats: [
    { userId: 'user-1', totalBids: 2n, totalAmount: 400n },
    { userId: 'user-0', totalBids: 1n, totalAmount: 200n },
  ],
  processed: new Set(['event-0', 'event-1', 'event-2', 'event-3']),
};

const found = (change: Partial<History>) =>
  checkHistory({ ...good, ...change }).violations.map(({ kind, place }) => `${kind} in the ${place}`);

describe('the checker', () => {
  test('finds nothing in a history in which every bid was processed once', () => {
    const verdict = checkHistory(good);
    expect(verdict).toMatchObject({ acknowledged: 3, stored: 3, streamed: 3, violations: [] });
    expect(describeVerdict(verdict)).toContain('lost 0 · duplicated 0 · out of order 0 · gap 0');
  });

  test('accepts a stored bid whose client got no answer', () => {
    expect(
      found({ attempts: [attempt(1), attempt(2), attempt(3, { answer: { kind: 'unanswered' } })] }),
    ).toEqual([]);
  });

  test('finds an acknowledged bid that is not in the table', () => {
    expect(
      found({
        bids: [bid(1), bid(2)],
        items: [{ id: item, version: 3n, bidCount: 2n, closed: false }],
        stream: [created, event(1), event(2)],
        routed: ['bid-1', 'bid-2'],
        stats: [
          { userId: 'user-1', totalBids: 1n, totalAmount: 100n },
          { userId: 'user-0', totalBids: 1n, totalAmount: 200n },
        ],
      }),
    ).toEqual(['lost in the database']);
  });

  test('finds a bid that was stored with another amount', () => {
    expect(found({ attempts: [attempt(1), attempt(2), attempt(3, { amount: 301n })] })).toContain(
      'lost in the database',
    );
  });

  test('finds a stored bid that was refused', () => {
    const refused = attempt(3, { answer: { kind: 'refused', reason: 'BID_TOO_LOW' } });
    expect(found({ attempts: [attempt(1), attempt(2), refused] })).toEqual(['lost in the database']);
  });

  test('finds a request that made two bids', () => {
    expect(
      found({
        bids: [bid(1), bid(2), bid(3), bid(3, { id: 'bid-4', sequence: 5n })],
        items: [{ id: item, version: 5n, bidCount: 4n, closed: false }],
      }),
    ).toContain('duplicated in the database');
  });

  test('finds two requests that were answered with one bid', () => {
    const same = attempt(2, { answer: { kind: 'acknowledged', bidId: 'bid-1', at: 25 } });
    expect(found({ attempts: [attempt(1), same, attempt(3)] })).toContain('lost in the database');
  });

  test('finds a missing and a repeated version in the table', () => {
    expect(found({ bids: [bid(1), bid(2), bid(3, { sequence: 5n })] })).toContain('gap in the database');
    expect(found({ bids: [bid(1), bid(2), bid(3, { sequence: 3n })] })).toContain(
      'duplicated in the database',
    );
  });

  test('finds an auction with a wrong version or count', () => {
    expect(found({ items: [{ id: item, version: 7n, bidCount: 3n, closed: false }] })).toEqual([
      'gap in the database',
    ]);
    expect(found({ items: [{ id: item, version: 4n, bidCount: 9n, closed: false }] })).toEqual([
      'gap in the database',
    ]);
  });

  test('finds a bid that overtook another one, which was acknowledged before it was sent', () => {
    const late = attempt(1, { sentAt: 90, answer: { kind: 'acknowledged', bidId: 'bid-1', at: 95 } });
    expect(found({ attempts: [attempt(2), attempt(3), late] })).toEqual(['out of order in the database']);
  });

  test('finds a bid that is missing in the stream, and its gap', () => {
    expect(found({ stream: [created, event(1), event(3)] })).toEqual([
      'lost in the stream',
      'gap in the stream',
    ]);
  });

  test('finds the last bid of an auction missing in the stream', () => {
    expect(found({ stream: [created, event(1), event(2)] })).toEqual(['lost in the stream']);
  });

  test('finds a bid that is in the stream twice, at any place', () => {
    expect(found({ stream: [created, event(1), event(2), event(3), event(1)] })).toEqual([
      'duplicated in the stream',
    ]);
    expect(found({ stream: [created, event(1), event(2), event(3), created] })).toEqual([
      'duplicated in the stream',
    ]);
  });

  test('finds events of one auction in the wrong order', () => {
    expect(found({ stream: [created, event(2), event(1), event(3)] })).toEqual([
      'out of order in the stream',
    ]);
  });

  test('finds an auction whose events are in two partitions', () => {
    expect(found({ stream: [created, event(1), event(2), event(3, { partition: 'gavel.bids-1' })] })).toEqual(
      ['out of order in the stream'],
    );
  });

  test('finds an event of a bid that was never committed', () => {
    const ghost = event(4, { bid: { bidId: 'bid-4', userId: 'user-0', amount: 400n } });
    expect(
      found({ stream: [...good.stream, ghost], processed: new Set([...good.processed, 'event-4']) }),
    ).toEqual(['duplicated in the stream']);
  });

  test('finds a version or amount that differs between stream and table', () => {
    expect(found({ stream: [created, event(1), event(2), event(3, { sequence: 5n })] })).toContain(
      'out of order in the stream',
    );
    const other = event(3, { bid: { bidId: 'bid-3', userId: 'user-1', amount: 1n } });
    expect(found({ stream: [created, event(1), event(2), other] })).toEqual(['lost in the stream']);
  });

  test('finds a closing that is missing, repeated, too early, or for another bid than the highest', () => {
    const closing = (change: Partial<StreamEvent> = {}): StreamEvent => ({
      partition: 'gavel.bids-0',
      offset: 9n,
      id: 'event-9',
      type: 'bids.v1.AuctionClosed',
      aggregateId: item,
      sequence: 5n,
      closing: { winnerId: 'user-1', winningAmount: 300n, bidCount: 3n },
      ...change,
    });
    const items = [{ id: item, version: 5n, bidCount: 3n, closed: true }];
    const closed = (...events: StreamEvent[]) => found({ items, stream: [...good.stream, ...events] });
    expect(closed(closing())).toEqual([]);
    expect(closed()).toEqual(['lost in the stream']);
    expect(closed(closing(), closing({ id: 'event-10', sequence: 6n }))).toContain(
      'duplicated in the stream',
    );
    expect(closed(closing({ closing: { winnerId: 'user-0', winningAmount: 300n, bidCount: 3n } }))).toEqual([
      'lost in the stream',
    ]);
    expect(closed(closing({ closing: { winnerId: 'user-1', winningAmount: 300n, bidCount: 2n } }))).toEqual([
      'lost in the stream',
    ]);
    const late = [{ id: item, version: 6n, bidCount: 3n, closed: true }];
    expect(found({ items: late, stream: [...good.stream, closing()] })).toContain(
      'out of order in the stream',
    );
    const open = [{ id: item, version: 4n, bidCount: 3n, closed: false }];
    expect(found({ items: open, stream: [...good.stream, closing()] })).toContain('duplicated in the stream');
  });

  test('finds statistics that miss a bid, count one twice, or count a person without bids', () => {
    const [odd, even] = good.stats as [(typeof good.stats)[0], (typeof good.stats)[0]];
    expect(found({ stats: [odd] })).toEqual(['lost in the statistics']);
    expect(found({ stats: [{ ...odd, totalBids: 1n, totalAmount: 100n }, even] })).toEqual([
      'lost in the statistics',
    ]);
    expect(found({ stats: [{ ...odd, totalBids: 3n, totalAmount: 700n }, even] })).toEqual([
      'duplicated in the statistics',
    ]);
    expect(found({ stats: [odd, even, { userId: 'nobody', totalBids: 1n, totalAmount: 1n }] })).toEqual([
      'duplicated in the statistics',
    ]);
  });

  test('finds a bid that the exchange did not route or that is unknown, and accepts a repeated one', () => {
    expect(found({ routed: ['bid-1', 'bid-3'] })).toEqual(['lost in the exchange']);
    expect(found({ routed: [...good.routed, 'bid-9'] })).toEqual(['duplicated in the exchange']);
    expect(found({ routed: [...good.routed, 'bid-2'] })).toEqual([]);
    expect(checkHistory({ ...good, routed: [...good.routed, 'bid-2'] }).repeatedInExchange).toBe(1);
  });

  test('finds an event that the consumer never recorded', () => {
    expect(found({ processed: new Set(['event-0', 'event-1', 'event-2']) })).toEqual([
      'lost in the statistics',
    ]);
  });

  test('counts by kind', () => {
    const verdict = checkHistory({ ...good, stream: [created, event(1), event(3)] });
    expect(countByKind(verdict)).toEqual({ lost: 1, duplicated: 0, 'out of order': 0, gap: 1 });
  });
});
