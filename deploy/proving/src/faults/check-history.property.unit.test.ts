import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { Attempt, History, StoredBid, StreamEvent } from './history.ts';

const PARTITIONS = 3;

interface Placed {
  readonly item: number;
  readonly user: number;
  readonly answered: boolean;
}

const placed = fc.record({ item: fc.nat(4), user: fc.nat(5), answered: fc.boolean() });
const campaigns = fc.array(placed, { minLength: 1, maxLength: 60 });

describe('the checker, for any campaign', () => {
  test('finds nothing in a correct history', () => {
    fc.assert(
      fc.property(campaigns, (bids) => {
        expect(checkHistory(historyOf(bids)).violations).toEqual([]);
      }),
    );
  });

  test.each<[string, (history: History, n: number) => Partial<History>]>([
    ['any bid is missing in the table', ({ bids }, n) => ({ bids: without(bids, n) })],
    ['any bid is in the table twice', ({ bids }, n) => ({ bids: [...bids, { ...at(bids, n), id: 'copy' }] })],
    ['any bid was not routed', ({ routed }, n) => ({ routed: without(routed, n) })],
    ['any event is missing in the stream', ({ stream }, n) => ({ stream: without(stream, n) })],
    ['any event is in the stream twice', ({ stream }, n) => ({ stream: [...stream, at(stream, n)] })],
    ['any event moved to the front of the stream', ({ stream }, n) => ({ stream: toFront(stream, n) })],
    [
      'any event was never recorded as handled',
      ({ processed }, n) => ({ processed: new Set(without([...processed], n)) }),
    ],
    [
      'anybody has one bid too many',
      ({ stats }, n) => ({
        stats: stats.with(n % stats.length, { ...at(stats, n), totalBids: at(stats, n).totalBids + 1n }),
      }),
    ],
    ['anybody is missing in the statistics', ({ stats }, n) => ({ stats: without(stats, n) })],
  ])('finds something wrong when %s', (_, break_) => {
    fc.assert(
      fc.property(campaigns, fc.nat(), (bids, n) => {
        const history = historyOf(bids);
        const broken = { ...history, ...break_(history, n) };
        // Moving the only event of an auction to the front keeps its order.
        fc.pre(!sameOrder(history.stream, broken.stream) || history.stream === broken.stream);
        expect(checkHistory(broken).violations).not.toEqual([]);
      }),
    );
  });
});

function historyOf(placed: readonly Placed[]): History {
  const attempts: Attempt[] = [];
  const bids: StoredBid[] = [];
  const versions = new Map<string, bigint>();
  const events: StreamEvent[] = [];
  for (const [n, { item, user, answered }] of placed.entries()) {
    const itemId = `item-${item}`;
    const partition = `gavel.bids-${item % PARTITIONS}`;
    const base = { partition, offset: BigInt(events.length), aggregateId: itemId };
    if (!versions.has(itemId)) {
      versions.set(itemId, 1n);
      events.push({ ...base, id: `created-${item}`, type: 'bids.v1.ItemCreated', sequence: 1n });
    }
    const sequence = (versions.get(itemId) ?? 0n) + 1n;
    versions.set(itemId, sequence);
    const bid = { id: `bid-${n}`, itemId, userId: `user-${user}`, amount: sequence * 100n, sequence };
    bids.push(bid);
    events.push({
      ...base,
      offset: BigInt(events.length),
      id: `event-${n}`,
      type: 'bids.v1.BidPlaced',
      sequence,
      bid: { bidId: bid.id, userId: bid.userId, amount: bid.amount },
    });
    attempts.push({
      key: `key-${n}`,
      userId: bid.userId,
      itemId,
      amount: bid.amount,
      sentAt: n * 2,
      tries: 1,
      answer: answered ? { kind: 'acknowledged', bidId: bid.id, at: n * 2 + 1 } : { kind: 'unanswered' },
    });
  }
  const items = [...versions].map(([id, version]) => ({
    id,
    version,
    bidCount: version - 1n,
    closed: false,
  }));
  const stats = [...Map.groupBy(bids, ({ userId }) => userId)].map(([userId, own]) => ({
    userId,
    totalBids: BigInt(own.length),
    totalAmount: own.reduce((sum, { amount }) => sum + amount, 0n),
  }));
  const processed = new Set(events.filter(({ bid }) => bid !== undefined).map(({ id }) => id));
  const stream = events.toSorted((a, b) => a.partition.localeCompare(b.partition));
  return { attempts, bids, items, stream, routed: bids.map(({ id }) => id), stats, processed };
}

function at<T>(list: readonly T[], n: number): T {
  return list[n % list.length] as T;
}

function without<T>(list: readonly T[], n: number): T[] {
  return list.toSpliced(n % list.length, 1);
}

function toFront<T>(list: readonly T[], n: number): T[] {
  return [at(list, n), ...without(list, n)];
}

function sameOrder(before: readonly StreamEvent[], after: readonly StreamEvent[]): boolean {
  if (before.length !== after.length) return false;
  const perItem = (stream: readonly StreamEvent[]) =>
    JSON.stringify(
      [...Map.groupBy(stream, (event) => event.aggregateId)]
        .toSorted()
        .map(([, of]) => of.map(({ id }) => id)),
    );
  return perItem(before) === perItem(after);
}
