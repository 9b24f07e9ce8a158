import type { Attempt, History, StoredBid } from '../history.ts';
import type { Violation, ViolationKind } from '../verdict.ts';

const violation = (kind: ViolationKind, detail: string): Violation => ({ kind, place: 'database', detail });

/** Compares the bids table with the answers that clients got. */
export function checkDatabase(history: History): Violation[] {
  return [
    ...checkAcknowledged(history),
    ...checkAccountedFor(history),
    ...checkVersions(history),
    ...checkRealTimeOrder(history),
  ];
}

function checkAcknowledged({ attempts, bids }: History): Violation[] {
  const found: Violation[] = [];
  const byId = new Map(bids.map((bid) => [bid.id, bid]));
  const keyOfBid = new Map<string, string>();
  for (const attempt of attempts) {
    if (attempt.answer.kind !== 'acknowledged') continue;
    const { bidId } = attempt.answer;
    const other = keyOfBid.get(bidId);
    if (other !== undefined) {
      found.push(violation('lost', `keys ${other} and ${attempt.key} were both answered with bid ${bidId}`));
    }
    keyOfBid.set(bidId, attempt.key);
    const bid = byId.get(bidId);
    if (bid === undefined) {
      found.push(violation('lost', `bid ${bidId} was acknowledged and is not in the table`));
    } else if (asked(bid) !== asked(attempt)) {
      found.push(
        violation('lost', `bid ${bidId} was requested as ${asked(attempt)} and is stored as ${asked(bid)}`),
      );
    }
  }
  return found;
}

// Each attempt uses a different amount on its item, and an auction never accepts the same amount twice, so
// (item, bidder, amount) identifies the attempt of a row.
function checkAccountedFor({ attempts, bids }: History): Violation[] {
  const found: Violation[] = [];
  const attemptsByAsk = Map.groupBy(attempts, asked);
  for (const [ask, rows] of Map.groupBy(bids, asked)) {
    const candidates = attemptsByAsk.get(ask) ?? [];
    if (rows.length > candidates.length) {
      const ids = rows.map(({ id }) => id).join(', ');
      found.push(
        violation('duplicated', `${rows.length} bids for ${candidates.length} requests of ${ask}: ${ids}`),
      );
    } else if (candidates.every(({ answer }) => answer.kind === 'refused')) {
      found.push(violation('lost', `${ask} is in the table, and its client got a refusal`));
    }
  }
  return found;
}

function checkVersions({ bids, items }: History): Violation[] {
  const found: Violation[] = [];
  const bidsByItem = Map.groupBy(bids, ({ itemId }) => itemId);
  for (const item of items) {
    const rows = (bidsByItem.get(item.id) ?? []).toSorted((a, b) => Number(a.sequence - b.sequence));
    // Version 1 is ItemCreated, and campaigns do not edit items, so every later version is a bid or the closing.
    let expected = 2n;
    for (const row of rows) {
      if (row.sequence < expected) {
        found.push(violation('duplicated', `auction ${item.id} has version ${row.sequence} twice`));
      } else if (row.sequence > expected) {
        found.push(violation('gap', `auction ${item.id} has no version ${expected} before ${row.sequence}`));
      }
      expected = row.sequence + 1n;
    }
    const last = item.closed ? expected : expected - 1n;
    if (item.version !== last) {
      found.push(
        violation('gap', `auction ${item.id} has version ${item.version}, its events end at ${last}`),
      );
    }
    if (item.bidCount !== BigInt(rows.length)) {
      found.push(violation('gap', `auction ${item.id} counts ${item.bidCount} bids of ${rows.length}`));
    }
  }
  return found;
}

/** A bid that was sent after another bid of the auction was acknowledged has the later version, for all bidders. */
function checkRealTimeOrder({ attempts, bids }: History): Violation[] {
  const found: Violation[] = [];
  const byId = new Map(bids.map((bid) => [bid.id, bid]));
  for (const ofItem of Map.groupBy(attempts, ({ itemId }) => itemId).values()) {
    const moments = ofItem.flatMap((attempt) => momentsOf(attempt, byId)).toSorted((a, b) => a.at - b.at);
    let newestAcknowledged = 0n;
    for (const { acknowledged, bid } of moments) {
      if (acknowledged) {
        if (bid.sequence > newestAcknowledged) newestAcknowledged = bid.sequence;
      } else if (bid.sequence < newestAcknowledged) {
        found.push(
          violation(
            'out of order',
            `bid ${bid.id} has version ${bid.sequence} of ${bid.itemId}, and was sent after version ` +
              `${newestAcknowledged} had been acknowledged`,
          ),
        );
      }
    }
  }
  return found;
}

function momentsOf(attempt: Attempt, byId: ReadonlyMap<string, StoredBid>) {
  if (attempt.answer.kind !== 'acknowledged') return [];
  const bid = byId.get(attempt.answer.bidId);
  if (bid === undefined) return [];
  return [
    { at: attempt.sentAt, acknowledged: false, bid },
    { at: attempt.answer.at, acknowledged: true, bid },
  ];
}

function asked(bid: { itemId: string; userId: string; amount: bigint }): string {
  return `${bid.amount} on ${bid.itemId} by ${bid.userId}`;
}
