import type { Session } from '../connections/session.ts';
import { type GroupSummary, summarizeAll } from '../groups/group-summary.ts';
import { type OutboxStatus, readOutboxes } from '../outbox/read-status.ts';
import { reasonOf } from '../terminal/reason-of.ts';
import {
  askProcesses,
  type ProcessAddress,
  type ProcessAnswer,
  parseProcessUrls,
} from './process-answers.ts';
import { activeRelays, auditFindings, type BidRates, bidRates } from './sums.ts';

/** One outbox in the view: its state in Postgres, and how many relays say that they publish it. */
export interface OutboxLine extends OutboxStatus {
  /** Null when no relay of it has answered. */
  readonly activeRelays: number | null;
}

/** The whole system at one moment. */
export interface Snapshot {
  readonly at: Date;
  readonly bids: BidRates;
  /** Empty if PROCESS_URLS is unknown. */
  readonly processes: readonly (ProcessAddress & { readonly problem: string | null })[];
  /** Null if the broker or a database did not answer. */
  readonly groups: readonly GroupSummary[] | null;
  readonly outboxes: readonly OutboxLine[] | null;
  /** Null when no auditor has answered. */
  readonly findings: ReturnType<typeof auditFindings>;
  /** The servers that did not answer, in words. */
  readonly problems: readonly string[];
}

export interface Taken {
  readonly snapshot: Snapshot;
  /** For the rates of the next snapshot. */
  readonly answers: readonly ProcessAnswer[];
  /** Why groups or outboxes are unknown; undefined when they are known. */
  readonly failure: unknown;
}

/** The processes that can be asked; none if their addresses are unknown. */
export function knownProcesses(session: Session): ProcessAddress[] {
  return session.knows('PROCESS_URLS') ? parseProcessUrls(session.url('PROCESS_URLS')) : [];
}

/** Asks everything at once. What does not answer is part of the result; nothing is thrown. */
export async function takeSnapshot(
  session: Session,
  addresses: readonly ProcessAddress[],
  before: readonly ProcessAnswer[],
): Promise<Taken> {
  const [answers, groups, outboxes] = await Promise.all([
    askProcesses(addresses),
    settle('groups', summarizeAll(session)),
    settle('outboxes', readOutboxes(session)),
  ]);
  const failed = [groups, outboxes].flatMap((each) => ('problem' in each ? each : []));
  return {
    answers,
    failure: failed[0]?.error,
    snapshot: {
      at: new Date(),
      bids: bidRates(before, answers),
      processes: answers.map(({ name, url, problem }) => ({ name, url, problem })),
      groups: 'value' in groups ? groups.value : null,
      outboxes:
        'value' in outboxes
          ? outboxes.value.map((each) => ({ ...each, activeRelays: activeRelays(answers, each.outbox) }))
          : null,
      findings: auditFindings(answers),
      problems: failed.map(({ problem }) => problem),
    },
  };
}

type Settled<T> = { readonly value: T } | { readonly problem: string; readonly error: unknown };

async function settle<T>(what: string, reading: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await reading };
  } catch (error) {
    return { problem: `${what}: ${reasonOf(error)}`, error };
  }
}
