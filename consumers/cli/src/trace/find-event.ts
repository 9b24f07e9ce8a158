import { partitionFor } from '@gavel/proto/partitioner';
import { subjectMatches } from '@gavel/proto/subjects';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { CommandFailure } from '../command-failure.ts';
import type { Session } from '../connections/session.ts';
import { parkingGroups } from '../dead-letters/find-dead-letter.ts';
import { type KnownGroup, natsBridge } from '../groups/known-groups.ts';
import { outboxes } from '../outbox/outboxes.ts';
import { formatMoment } from '../terminal/units.ts';
import { type GroupTrace, notSubscribed, readGroupTrace } from './group-trace.ts';
import { timeOfEventId } from './id-range.ts';
import { readMirrorTrace } from './mirror-trace.ts';
import { type OutboxTrace, readOutboxTrace } from './outbox-trace.ts';
import { findInStream, type StreamTrace } from './stream-trace.ts';
import type { EventFindings } from './trace-steps.ts';

/** If the row is gone, the streams are searched for one minute from the event's creation. A healthy relay publishes within that time. */
const RELAYED_WITHIN_MS = 60_000;

/** Everything that is known about one event. */
export interface FoundEvent extends EventFindings {
  readonly outbox: string | null;
}

/** Looks for an event in outboxes, streams, groups and the mirror. Throws `notFound` if none of them knows it. */
export async function findEvent(session: Session, eventId: string): Promise<FoundEvent> {
  const createdAt = timeOfEventId(eventId);
  if (createdAt === undefined) {
    throw new CommandFailure(
      'notFound',
      `${eventId} is not the id of an event: those are UUIDs of version 7`,
    );
  }
  const inOutbox = await findRow(session, eventId, createdAt);
  const stored = await findStored(session, eventId, createdAt, inOutbox);
  const event = inOutbox.row ?? (typeof stored === 'object' ? stored.envelope : undefined);
  const stream = inOutbox.stream ?? streamOf(stored);
  const groups: GroupTrace[] = [];
  for (const group of parkingGroups) {
    const trace = await readGroupTrace(session.pool(group.database), group.name, eventId);
    // A group may have handled it when it still took events of this kind.
    if (event !== undefined && trace.outcome === 'not yet' && !(await takes(group, event))) {
      groups.push(notSubscribed(group.name));
      continue;
    }
    if (event !== undefined || trace.outcome !== 'not yet') groups.push(trace);
  }
  if (event === undefined && groups.length === 0) {
    throw new CommandFailure(
      'notFound',
      `event ${eventId} is unknown (its id was created at ${formatMoment(createdAt)}): ${inOutbox.rowGone}`,
      'Outboxes keep published events as long as the streams do.',
    );
  }
  const isMirrored = event !== undefined && stream !== null && natsBridge.streams.includes(stream);
  const mirror = isMirrored
    ? await readMirrorTrace(session, stream, { id: eventId, subject: event.subject }, createdAt)
    : undefined;
  const outbox = outboxes.find((each) => each.stream === stream)?.name ?? null;
  return { ...inOutbox, outbox, createdAt, stored, groups, mirror };
}

async function takes(group: KnownGroup, event: { subject: string; type: string }): Promise<boolean> {
  const { types } = await group.definition();
  return (
    (await group.subscriptions()).some((each) => subjectMatches(each, event.subject)) &&
    types.some(({ typeName }) => typeName === event.type)
  );
}

interface FoundRow {
  readonly stream: StreamName | null;
  readonly row: OutboxTrace | undefined;
  readonly rowGone: string;
}

async function findRow(session: Session, eventId: string, createdAt: Date): Promise<FoundRow> {
  let held: string[] = [];
  for (const late of [false, true]) {
    held = [];
    for (const { name, stream, database } of outboxes) {
      const { row, oldest } = await readOutboxTrace(session.pool(database), eventId, createdAt, { late });
      const holds = oldest === null ? `${name} is empty` : `${name} starts at ${formatMoment(oldest)}`;
      if (row !== undefined) return { stream, row, rowGone: `no longer in the outbox: ${holds}` };
      held.push(holds);
    }
  }
  return { stream: null, row: undefined, rowGone: `not in any outbox: ${held.join(', ')}` };
}

async function findStored(
  session: Session,
  eventId: string,
  createdAt: Date,
  { stream, row }: FoundRow,
): Promise<StreamTrace | string | undefined> {
  const [inspector, reader] = [await session.inspector(), session.reader()];
  if (row !== undefined && stream !== null) {
    if (row.position === null || row.setAside !== null) return undefined;
    const partition = partitionFor(stream, row.aggregateId);
    const bounds = { since: row.claimedAt ?? createdAt, until: row.confirmedAt };
    return findInStream(inspector, reader, partition, eventId, bounds);
  }
  const bounds = { since: createdAt, until: new Date(createdAt.getTime() + RELAYED_WITHIN_MS) };
  for (const partition of outboxes.flatMap((each) => partitionsOf(each.stream))) {
    const found = await findInStream(inspector, reader, partition, eventId, bounds);
    if (typeof found === 'object') return found;
  }
  return 'not in any stream within a minute after its creation';
}

function streamOf(stored: StreamTrace | string | undefined): StreamName | null {
  if (typeof stored !== 'object') return null;
  return outboxes.find(({ stream }) => partitionsOf(stream).includes(stored.partition))?.stream ?? null;
}
