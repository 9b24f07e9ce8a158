import { checkDatabase } from './checks/check-database.ts';
import { checkStatistics } from './checks/check-statistics.ts';
import { checkStream } from './checks/check-stream.ts';
import type { History } from './history.ts';
import type { Verdict, Violation, ViolationKind } from './verdict.ts';

/**
 * Checks what a campaign wrote, without I/O:
 * - every acknowledged bid is in the bids table exactly once, as the client sent it, and the table has no bid that no client
 *   sent or that was refused;
 * - versions of each auction have no gap and follow the order in which clients saw them;
 * - the stream has the same bids, each once and in the same order; the topic exchange routed each at least once;
 * - the statistics equal a recount of the bids.
 */
export function checkHistory(history: History): Verdict {
  const { attempts } = history;
  return {
    acknowledged: attempts.filter(({ answer }) => answer.kind === 'acknowledged').length,
    refused: attempts.filter(({ answer }) => answer.kind === 'refused').length,
    unanswered: attempts.filter(({ answer }) => answer.kind === 'unanswered').length,
    retried: attempts.filter(({ tries }) => tries > 1).length,
    stored: history.bids.length,
    streamed: history.stream.filter(({ bid }) => bid !== undefined).length,
    repeatedInExchange: history.routed.length - new Set(history.routed).size,
    copies: history.copies ?? 0,
    violations: [
      ...checkDatabase(history),
      ...checkStream(history),
      ...checkExchange(history),
      ...checkStatistics(history),
    ],
  };
}

/** The topic exchange must have routed every bid at least once, and nothing that is not in the table. */
function checkExchange({ bids, routed }: History): Violation[] {
  const violation = (kind: ViolationKind, detail: string): Violation => ({ kind, place: 'exchange', detail });
  const seen = new Set(routed);
  const stored = new Set(bids.map(({ id }) => id));
  return [
    ...bids.filter(({ id }) => !seen.has(id)).map(({ id }) => violation('lost', `bid ${id} was not routed`)),
    ...[...seen]
      .filter((id) => !stored.has(id))
      .map((id) => violation('duplicated', `bid ${id} was routed and is not in the table`)),
  ];
}
