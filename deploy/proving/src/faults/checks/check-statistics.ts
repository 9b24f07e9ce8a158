import type { History } from '../history.ts';
import type { Violation, ViolationKind } from '../verdict.ts';

const violation = (kind: ViolationKind, detail: string): Violation => ({ kind, place: 'statistics', detail });

/** Compares the projection with a recount of the bids table, and checks the consumer's record of handled events. */
export function checkStatistics({ bids, stats, stream, processed }: History): Violation[] {
  const found: Violation[] = [];
  const recount = new Map<string, { totalBids: bigint; totalAmount: bigint }>();
  for (const { userId, amount } of bids) {
    const total = recount.get(userId) ?? { totalBids: 0n, totalAmount: 0n };
    recount.set(userId, { totalBids: total.totalBids + 1n, totalAmount: total.totalAmount + amount });
  }
  const projected = new Map(stats.map((row) => [row.userId, row]));
  for (const userId of new Set([...recount.keys(), ...projected.keys()])) {
    const want = recount.get(userId) ?? { totalBids: 0n, totalAmount: 0n };
    const have = projected.get(userId) ?? { totalBids: 0n, totalAmount: 0n };
    if (have.totalBids === want.totalBids && have.totalAmount === want.totalAmount) continue;
    const more =
      have.totalBids > want.totalBids ||
      (have.totalBids === want.totalBids && have.totalAmount > want.totalAmount);
    found.push(
      violation(
        more ? 'duplicated' : 'lost',
        `${userId} has ${want.totalBids} bids of ${want.totalAmount} in all, and ${have.totalBids} of ` +
          `${have.totalAmount} in the statistics`,
      ),
    );
  }
  for (const event of stream) {
    if (event.bid !== undefined && !processed.has(event.id)) {
      found.push(
        violation('lost', `event ${event.id} (bid ${event.bid.bidId}) was never recorded as handled`),
      );
    }
  }
  return found;
}
