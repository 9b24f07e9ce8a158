import type { History, StreamEvent } from '../history.ts';
import type { Violation, ViolationKind } from '../verdict.ts';

const violation = (kind: ViolationKind, detail: string): Violation => ({ kind, place: 'stream', detail });

/** Compares the stream with the bids table, and each auction's events with their required order. */
export function checkStream(history: History): Violation[] {
  return [
    ...checkOnceEach(history),
    ...checkAgreement(history),
    ...checkOrder(history),
    ...checkClosings(history),
  ];
}

function checkOnceEach({ bids, stream }: History): Violation[] {
  const found: Violation[] = [];
  const streamed = Map.groupBy(
    stream.filter(({ bid }) => bid !== undefined),
    ({ bid }) => bid?.bidId ?? '',
  );
  for (const { id, itemId, sequence } of bids) {
    if (!streamed.has(id)) {
      found.push(violation('lost', `bid ${id}, version ${sequence} of ${itemId}, is not in the stream`));
    }
  }
  for (const [bidId, events] of streamed) {
    if (events.length > 1) {
      found.push(violation('duplicated', `bid ${bidId} is there ${events.length} times: ${places(events)}`));
    }
  }
  for (const [id, events] of Map.groupBy(stream, (event) => event.id)) {
    if (events.length > 1 && events[0]?.bid === undefined) {
      found.push(violation('duplicated', `event ${id} is there ${events.length} times: ${places(events)}`));
    }
  }
  return found;
}

/** The stream contains only bids of the table, with the same values. */
function checkAgreement({ bids, stream }: History): Violation[] {
  const found: Violation[] = [];
  const stored = new Map(bids.map((bid) => [bid.id, bid]));
  for (const event of stream) {
    if (event.bid === undefined) continue;
    const bid = stored.get(event.bid.bidId);
    if (bid === undefined) {
      found.push(violation('duplicated', `bid ${event.bid.bidId} is in the stream and not in the table`));
    } else if (bid.sequence !== event.sequence || bid.itemId !== event.aggregateId) {
      found.push(
        violation(
          'out of order',
          `bid ${bid.id} is version ${bid.sequence} of ${bid.itemId} in the table, version ` +
            `${event.sequence} of ${event.aggregateId} in the stream`,
        ),
      );
    } else if (bid.amount !== event.bid.amount || bid.userId !== event.bid.userId) {
      found.push(
        violation('lost', `bid ${bid.id} is in the stream with another amount or bidder than in the table`),
      );
    }
  }
  return found;
}

/** Every closed auction has exactly one closing event. It is the last one and names the highest bid. */
function checkClosings({ bids, items, stream }: History): Violation[] {
  const found: Violation[] = [];
  const closings = Map.groupBy(
    stream.filter(({ closing }) => closing !== undefined),
    ({ aggregateId }) => aggregateId,
  );
  const bidsByItem = Map.groupBy(bids, ({ itemId }) => itemId);
  for (const { id, closed, version } of items) {
    const events = new Map((closings.get(id) ?? []).map((event) => [event.id, event]));
    if (closed && events.size === 0)
      found.push(violation('lost', `the closing of ${id} is not in the stream`));
    if (events.size > (closed ? 1 : 0))
      found.push(violation('duplicated', `${id} was closed ${events.size} times`));
    for (const { closing, sequence } of events.values()) {
      const own = bidsByItem.get(id) ?? [];
      const highest = own.toSorted((a, b) => Number(b.amount - a.amount))[0];
      if (sequence !== version) found.push(violation('out of order', `${id} has events after its closing`));
      const right =
        closing?.winnerId === (highest?.userId ?? '') &&
        closing.winningAmount === (highest?.amount ?? 0n) &&
        closing.bidCount === BigInt(own.length);
      if (!right)
        found.push(violation('lost', `${id} was not closed in favour of its highest bid of ${own.length}`));
    }
  }
  return found;
}

function checkOrder({ stream }: History): Violation[] {
  const found: Violation[] = [];
  for (const [aggregateId, events] of Map.groupBy(stream, (event) => event.aggregateId)) {
    if (new Set(events.map(({ partition }) => partition)).size > 1) {
      found.push(violation('out of order', `${aggregateId} is in several partitions: ${places(events)}`));
    }
    const seen = new Set<bigint>();
    let newest = 0n;
    for (const event of events) {
      // A second copy counts as duplicated elsewhere, and does not change the order of the first copies.
      if (seen.has(event.sequence)) continue;
      seen.add(event.sequence);
      if (event.sequence < newest) {
        found.push(
          violation('out of order', `${aggregateId}: version ${event.sequence} comes after ${newest}`),
        );
      } else newest = event.sequence;
    }
    const missing = missingUpTo(newest, seen);
    if (missing.length > 0) {
      found.push(violation('gap', `${aggregateId}: no version ${missing.join(', ')} before ${newest}`));
    }
  }
  return found;
}

function missingUpTo(newest: bigint, seen: ReadonlySet<bigint>): bigint[] {
  const missing: bigint[] = [];
  for (let sequence = 1n; sequence < newest; sequence += 1n) if (!seen.has(sequence)) missing.push(sequence);
  return missing;
}

function places(events: readonly StreamEvent[]): string {
  return events.map(({ partition, offset }) => `${partition}@${offset}`).join(', ');
}
