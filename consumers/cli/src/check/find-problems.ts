import { UNROUTED_QUEUE } from '@gavel/proto/topology';
import type { Session } from '../connections/session.ts';
import { type GroupSummary, summarizeAll } from '../groups/group-summary.ts';
import { type OutboxStatus, readOutboxes } from '../outbox/read-status.ts';
import { withQueues } from '../queues/side-queues.ts';
import { formatAge } from '../terminal/units.ts';

/** Something that needs attention. */
export interface Problem {
  readonly kind: 'group' | 'outbox' | 'dead letters';
  /** Of the group or the outbox. */
  readonly name: string;
  readonly problem: string;
}

/** What was checked, and the problems that were found. */
export interface Checked {
  readonly groups: number;
  readonly outboxes: number;
  /** Events in gavel.unrouted: nobody has subscribed to them, which may be meant. Null if the queue is missing. */
  readonly unrouted: number | null;
  readonly problems: readonly Problem[];
}

/** Checks all groups, outboxes and dead letters. Events that wait longer than `maxAgeSeconds` are a problem. */
export async function findProblems(session: Session, maxAgeSeconds: number): Promise<Checked> {
  const groups = await summarizeAll(session);
  const outboxes = await readOutboxes(session);
  return {
    groups: groups.length,
    outboxes: outboxes.length,
    unrouted: await withQueues(session, async (queues) => (await queues.count(UNROUTED_QUEUE)) ?? null),
    problems: [
      ...groups.flatMap((group) => problemsOfGroup(group, maxAgeSeconds)),
      ...outboxes.flatMap((outbox) => problemsOfOutbox(outbox, maxAgeSeconds)),
    ],
  };
}

/** A paused group counts only when its events have become too old. */
export function problemsOfGroup(summary: GroupSummary, maxAgeSeconds: number): Problem[] {
  const { group, state, problems, lagMessages, lagSeconds, parked } = summary;
  const found = (problem: string): Problem => ({ kind: 'group', name: group, problem });
  const all: Problem[] = problems.map((problem) => found(`${state}: ${problem}`));
  if (state === 'empty') all.push(found(`empty: ${lagMessages} events and no member`));
  else if ((lagSeconds ?? 0) > maxAgeSeconds) {
    const pause = state === 'paused' ? ' (paused)' : '';
    all.push(found(`${lagMessages} events wait, the oldest for ${formatAge(lagSeconds ?? 0)}${pause}`));
  }
  if ((parked ?? 0) > 0) all.push({ kind: 'dead letters', name: group, problem: `${parked} parked` });
  return all;
}

export function problemsOfOutbox(status: OutboxStatus, maxAgeSeconds: number): Problem[] {
  const { outbox, depth, oldestSeconds, held, lost, setAside } = status;
  const found = (problem: string): Problem => ({ kind: 'outbox', name: outbox, problem });
  const all = lost.map(({ partition, firstPosition, lastPosition }) =>
    found(`${partition} has lost positions ${firstPosition} to ${lastPosition}`),
  );
  if (setAside.length > 0) all.push(found(`${setAside.length} events are set aside`));
  if (!held) all.push(found('no relay is active'));
  if (depth > 0 && oldestSeconds > maxAgeSeconds) {
    all.push(found(`${depth} events wait, the oldest for ${formatAge(oldestSeconds)}`));
  }
  return all;
}
