import { activeMembers, countParked, readPauses } from '@gavel/consumer-runtime/consumer-group';
import { type PartitionLag, readLag } from '@gavel/consumer-runtime/group-lag';
import { queueNames } from '@gavel/consumer-runtime/queues';
import type { Session } from '../connections/session.ts';
import {
  type KnownGroup,
  knownGroups,
  type MirrorGroup,
  mirrors,
  type StreamGroup,
  workQueues,
} from './known-groups.ts';
import { readMirrorLag } from './mirror-lag.ts';
import { readQueueLag } from './queue-lag.ts';

/**
 * `empty`: there are events and no member that handles them. `refused`: the group cannot continue from its offset. `unknown`:
 * the server that knows did not answer. `off`: the address of NATS or of the archive is not set.
 */
export type GroupState = 'ok' | 'paused' | 'empty' | 'refused' | 'unknown' | 'off';

/** The states that somebody has to do something about. */
export const WRONG_STATES: ReadonlySet<GroupState> = new Set(['empty', 'refused', 'unknown']);

/** One line of `gavel groups ls`. */
export interface GroupSummary {
  readonly group: string;
  readonly kind: 'stream' | 'queue' | 'mirror';
  /** The streams or the queue that it takes events from. */
  readonly reads: readonly string[];
  /** Null if no server counts them, or if that server is unavailable. */
  readonly members: number | null;
  readonly lagMessages: bigint | number | null;
  /** Age of the oldest message that is not handled; null for a queue, which does not report it. */
  readonly lagSeconds: number | null;
  readonly parked: number | null;
  readonly state: GroupState;
  readonly problems: readonly string[];
}

/** Summarizes every consumer of events. */
export async function summarizeAll(session: Session): Promise<GroupSummary[]> {
  const summaries: GroupSummary[] = [];
  for (const group of knownGroups) summaries.push(await summarizeGroup(session, group));
  for (const group of workQueues) summaries.push(await summarizeQueue(session, group));
  for (const mirror of mirrors) summaries.push(await summarizeMirror(session, mirror));
  return summaries;
}

/** Summarizes a group that reads a stream. */
async function summarizeGroup(session: Session, group: StreamGroup): Promise<GroupSummary> {
  const broker = { inspector: await session.inspector(), reader: session.reader() };
  const pool = session.pool(group.database);
  const lags = await readLag(broker, pool, group);
  const problems = problemsOf(lags);
  const members = (await activeMembers(pool, group.name)).length;
  const total = totalOf(lags);
  return {
    group: group.name,
    kind: 'stream',
    reads: [group.stream],
    members,
    ...total,
    parked: await countParked(pool, group.name),
    state: stateOf({
      problems,
      members,
      lag: total.lagMessages,
      isPaused: lags.some(({ paused }) => paused),
    }),
    problems,
  };
}

/** Summarizes a consumer of a work queue. */
async function summarizeQueue(session: Session, group: KnownGroup): Promise<GroupSummary> {
  const { members, lagMessages, problem } = await readQueueLag(session, group.name);
  const pool = session.pool(group.database);
  const queue = queueNames(group.name).main;
  // While it is paused nobody consumes the queue, so the broker counts no members.
  const isPaused = (await readPauses(pool, group.name))(queue);
  const state = isPaused ? 'paused' : stateOf({ problems: [], members, lag: lagMessages });
  return {
    group: group.name,
    kind: 'queue',
    reads: [queue],
    members,
    lagMessages,
    lagSeconds: null,
    parked: await countParked(pool, group.name),
    state: problem === null ? state : 'unknown',
    problems: problem === null ? [] : [problem],
  };
}

/** Summarizes a process that copies the streams. */
async function summarizeMirror(session: Session, group: MirrorGroup): Promise<GroupSummary> {
  const lag = await readMirrorLag(session, group);
  const base = {
    group: group.name,
    kind: 'mirror',
    reads: group.streams,
    members: null,
    parked: null,
  } as const;
  if (lag.state !== 'known') {
    const problems = lag.state === 'off' ? [] : [lag.problem];
    return { ...base, lagMessages: null, lagSeconds: null, state: lag.state, problems };
  }
  const problems = problemsOf(lag.partitions);
  return { ...base, ...totalOf(lag.partitions), state: stateOf({ problems }), problems };
}

interface Facts {
  readonly problems: readonly string[];
  /** Not given or null when nobody counts them. */
  readonly members?: number | null;
  readonly lag?: bigint | number | null;
  readonly isPaused?: boolean;
}

function stateOf({ problems, members = null, lag = null, isPaused = false }: Facts): GroupState {
  if (problems.length > 0) return 'refused';
  if (members === 0 && (lag ?? 0) > 0) return 'empty';
  return isPaused ? 'paused' : 'ok';
}

function totalOf(lags: readonly PartitionLag[]): { lagMessages: bigint; lagSeconds: number } {
  return {
    lagMessages: lags.reduce((sum, { lagMessages }) => sum + lagMessages, 0n),
    lagSeconds: Math.max(0, ...lags.map(({ lagSeconds }) => lagSeconds)),
  };
}

function problemsOf(lags: readonly PartitionLag[]): string[] {
  return lags.flatMap(({ partition, problem }) => (problem ? [`${partition}: ${problem}`] : []));
}
