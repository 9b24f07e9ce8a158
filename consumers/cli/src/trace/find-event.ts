import { partitionFor } from '@gavel/proto/partitioner';
import { subjectMatches } from '@gavel/proto/subjects';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { CommandFailure } from '../command-failure.ts';
import type { Session } from '../connections/session.ts';
import { letterOwners } from '../dead-letters/letter-owners.ts';
import { natsBridge } from '../groups/known-groups.ts';
import { outboxes } from '../outbox/outboxes.ts';
import { formatMoment } from '../terminal/units.ts';
import { eventMoment } from './event-moment.ts';
import { type GroupTrace, readGroupTrace } from './group-trace.ts';
import { readMirrorTrace } from './mirror-trace.ts';
import { type OutboxTrace, readOutboxTrace } from './outbox-trace.ts';
import { findInStream, type StreamTrace } from './stream-trace.ts';
import type { EventFindings } from './trace-steps.ts';

/** An event whose row is gone is looked for in the streams where a relay in good health had put it. */
const RELAYED_WITHIN_MS = 60_000;

/** All that is known of one event. */
export interface FoundEvent extends EventFindings {
  readonly outbox: string | null;
}

/** Asks everybody who may know of an event. Throws `notFound` when nobody does. */
export async function findEvent(session: Session, eventId: string): Promise<FoundEvent> {
  const madeAt = eventMoment(eventId);
  if (madeAt === undefined) {
    throw new CommandFailure('notFound', `${eventId} is no event's id: those are UUIDs of version 7`);
  }
  const inOutbox = await findRow(session, eventId, madeAt);
  const stored = await findStored(session, eventId, madeAt, inOutbox);
  const event = inOutbox.row ?? (typeof stored === 'object' ? stored.envelope : undefined);
  const stream = inOutbox.stream ?? streamOf(stored);
  const groups: GroupTrace[] = [];
  for (const { name, subscriptions, database } of letterOwners) {
    if (event && !subscriptions.some((each) => subjectMatches(each, event.subject))) continue;
    const trace = await readGroupTrace(session.pool(database), name, eventId);
    if (event !== undefined || trace.outcome !== 'not yet') groups.push(trace);
  }
  if (event === undefined && groups.length === 0) {
    throw new CommandFailure(
      'notFound',
      `nobody knows event ${eventId}, made at ${formatMoment(madeAt)}: ${inOutbox.rowGone}`,
      'Outboxes keep published events as long as streams do.',
    );
  }
  const isMirrored = event !== undefined && stream !== null && natsBridge.streams.includes(stream);
  const mirror = isMirrored
    ? await readMirrorTrace(session, stream, { id: eventId, subject: event.subject }, madeAt)
    : undefined;
  const outbox = outboxes.find((each) => each.stream === stream)?.name ?? null;
  return { ...inOutbox, outbox, madeAt, stored, groups, mirror };
}

interface FoundRow {
  readonly stream: StreamName | null;
  readonly row: OutboxTrace | undefined;
  readonly rowGone: string;
}

async function findRow(session: Session, eventId: string, madeAt: Date): Promise<FoundRow> {
  let held: string[] = [];
  for (const late of [false, true]) {
    held = [];
    for (const { name, stream, database } of outboxes) {
      const { row, oldest } = await readOutboxTrace(session.pool(database), eventId, madeAt, { late });
      const holds = oldest === null ? `${name} is empty` : `${name} begins with ${formatMoment(oldest)}`;
      if (row !== undefined) return { stream, row, rowGone: `gone: outbox ${holds}` };
      held.push(holds);
    }
  }
  return { stream: null, row: undefined, rowGone: `not in any outbox (any more): ${held.join(', ')}` };
}

async function findStored(
  session: Session,
  eventId: string,
  madeAt: Date,
  { stream, row }: FoundRow,
): Promise<StreamTrace | string | undefined> {
  const [inspector, reader] = [await session.inspector(), session.reader()];
  if (row !== undefined && stream !== null) {
    if (row.position === null || row.setAside !== null) return undefined;
    const partition = partitionFor(stream, row.aggregateId);
    const bounds = { since: row.claimedAt ?? madeAt, until: row.confirmedAt };
    return findInStream(inspector, reader, partition, eventId, bounds);
  }
  const bounds = { since: madeAt, until: new Date(madeAt.getTime() + RELAYED_WITHIN_MS) };
  for (const partition of outboxes.flatMap((each) => partitionsOf(each.stream))) {
    const found = await findInStream(inspector, reader, partition, eventId, bounds);
    if (typeof found === 'object') return found;
  }
  return 'not in any stream where it would have been put within a minute';
}

function streamOf(stored: StreamTrace | string | undefined): StreamName | null {
  if (typeof stored !== 'object') return null;
  return outboxes.find(({ stream }) => partitionsOf(stream).includes(stored.partition))?.stream ?? null;
}
