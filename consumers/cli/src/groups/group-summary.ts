import { activeMembers } from '@gavel/consumer-runtime/consumer-group';
import { queueNames } from '@gavel/consumer-runtime/queues';
import type { Session } from '../connections/session.ts';
import { countParked } from '../dead-letters/dead-letters.ts';
import type { KnownGroup, MirrorGroup } from './known-groups.ts';
import { type PartitionLag, readLag } from './lag.ts';
import { readMirrorLag } from './mirror-lag.ts';
import { readQueueLag } from './queue-lag.ts';

/** One line of `gavel groups ls`. */
export interface GroupSummary {
  readonly group: string;
  readonly kind: 'stream' | 'queue' | 'mirror';
  /** The streams or the queue that it takes events from. */
  readonly reads: readonly string[];
  readonly subscriptions: readonly string[];
  /** Null if no server counts them, or if that server is unavailable. */
  readonly members: number | null;
  readonly lagMessages: bigint | number | null;
  /** Age of the oldest message that is not handled; null for a queue, which does not report it. */
  readonly lagSeconds: number | null;
  readonly parked: number | null;
  readonly state: 'ok' | 'paused' | 'refused' | 'unknown' | 'off';
  readonly problems: readonly string[];
}

/** Summarizes a group that reads a stream. */
export async function summarizeGroup(session: Session, group: KnownGroup): Promise<GroupSummary> {
  const broker = { inspector: await session.inspector(), reader: session.reader() };
  const pool = session.pool(group.database);
  const lags = await readLag(broker, pool, group);
  const problems = problemsOf(lags);
  return {
    group: group.name,
    kind: 'stream',
    reads: [group.definition.stream],
    subscriptions: group.subscriptions,
    members: (await activeMembers(pool, group.name)).length,
    ...totalOf(lags),
    parked: await countParked(pool, group.name),
    state: problems.length > 0 ? 'refused' : lags.some(({ paused }) => paused) ? 'paused' : 'ok',
    problems,
  };
}

/** Summarizes a consumer of a work queue. */
export async function summarizeQueue(session: Session, group: KnownGroup): Promise<GroupSummary> {
  const { members, lagMessages, problem } = await readQueueLag(session, group.name);
  return {
    group: group.name,
    kind: 'queue',
    reads: [queueNames(group.name).main],
    subscriptions: group.subscriptions,
    members,
    lagMessages,
    lagSeconds: null,
    parked: await countParked(session.pool(group.database), group.name),
    state: problem === null ? 'ok' : 'unknown',
    problems: problem === null ? [] : [problem],
  };
}

/** Summarizes the bridge to NATS. */
export async function summarizeMirror(session: Session, group: MirrorGroup): Promise<GroupSummary> {
  const lag = await readMirrorLag(session, group);
  const base = {
    group: group.name,
    kind: 'mirror',
    reads: group.streams,
    subscriptions: group.streams.map((stream) => `${stream}.>`),
    members: null,
    parked: null,
  } as const;
  if (lag.state !== 'known') {
    const problems = lag.state === 'off' ? [] : [lag.problem];
    return { ...base, lagMessages: null, lagSeconds: null, state: lag.state, problems };
  }
  const problems = problemsOf(lag.partitions);
  const state = problems.length > 0 ? 'refused' : 'ok';
  return { ...base, ...totalOf(lag.partitions), state, problems };
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
