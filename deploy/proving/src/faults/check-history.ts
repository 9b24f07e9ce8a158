import { checkDatabase } from './checks/check-database.ts';
import { checkExchange } from './checks/check-exchange.ts';
import { checkStatistics } from './checks/check-statistics.ts';
import { checkStream } from './checks/check-stream.ts';
import type { History } from './history.ts';
import type { Verdict } from './verdict.ts';

/**
 * Judges what a campaign left behind, without I/O:
 * every acknowledged bid is in the bids table exactly once, with what the client asked for, and nothing is there that
 * no client asked for or that a client was told was refused; versions of each auction are gapless and follow the
 * order in which clients saw them; the stream holds the same bids once each, in the same order; the topic exchange
 * routed each at least once; the statistics equal a recount of the bids.
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
