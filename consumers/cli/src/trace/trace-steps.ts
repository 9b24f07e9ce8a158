import { natsBridgeProcess } from '@gavel/nats-bridge/process';
import { formatMoment } from '../terminal/units.ts';
import type { GroupTrace } from './group-trace.ts';
import type { MirrorTrace } from './mirror-trace.ts';
import type { OutboxTrace } from './outbox-trace.ts';
import type { StreamTrace } from './stream-trace.ts';

/** One step on the path of an event. */
export interface TraceStep {
  readonly step: string;
  /** RFC 3339; null if the step has not happened or its time is unknown. */
  readonly at: string | null;
  /** Milliseconds since the append, by the clock of the server that recorded the time. */
  readonly afterMs: number | null;
  readonly where: string;
}

/** Everything that was found about an event. */
export interface EventFindings {
  /** When its id was created. Steps are counted from here if the row is gone. */
  readonly createdAt: Date;
  readonly row: OutboxTrace | undefined;
  /** The sentence for a missing row. */
  readonly rowGone: string;
  /** A sentence if it was not found, undefined if it cannot be in the stream. */
  readonly stored: StreamTrace | string | undefined;
  readonly groups: readonly GroupTrace[];
  readonly mirror: MirrorTrace | undefined;
}

/** The path of an event, from what outbox, stream, groups and mirror know about it. */
export function toSteps(findings: EventFindings): TraceStep[] {
  const { row, createdAt } = findings;
  const start = (row?.appendedAt ?? createdAt).getTime();
  const step: MakeStep = (name, at, where) => ({
    step: name,
    at: formatMoment(at),
    afterMs: at === null ? null : at.getTime() - start,
    where,
  });
  return [
    ...outboxSteps(findings, step),
    ...findings.groups.flatMap((group) => groupSteps(group, step)),
    ...mirrorSteps(findings.mirror, step),
  ];
}

type MakeStep = (name: string, at: Date | null, where: string) => TraceStep;

function outboxSteps({ row, rowGone, stored }: EventFindings, step: MakeStep): TraceStep[] {
  const inStream =
    stored === undefined
      ? []
      : [
          typeof stored === 'string'
            ? step('stored', null, stored)
            : step('stored', stored.storedAt, `${stored.partition}@${stored.offset}`),
        ];
  if (row === undefined) {
    return [
      step('appended', null, rowGone),
      step('relayed', null, 'gone with the row'),
      ...inStream,
      step('confirmed', null, 'gone with the row'),
    ];
  }
  const appended = step(
    'appended',
    row.appendedAt,
    row.appendedAt === null ? rowGone : `outbox row ${row.outboxId}`,
  );
  if (row.position === null) return [appended, step('relayed', null, 'not yet')];
  const relayed = step('relayed', row.claimedAt, `position ${row.position}`);
  if (row.setAside !== null) {
    const setAside = [appended, relayed, step('set aside', row.setAsideAt, row.setAside)];
    if (row.dismissedAt === null) return setAside;
    return [...setAside, step('dismissed', row.dismissedAt, `by ${row.dismissedBy}: ${row.dismissedReason}`)];
  }
  return [appended, relayed, ...inStream, step('confirmed', row.confirmedAt, confirmedBy(row))];
}

function confirmedBy({ confirmedAt, position, watermark }: OutboxTrace): string {
  if (confirmedAt !== null) return 'by stream and exchange';
  return watermark >= (position ?? 0)
    ? `yes, watermark ${watermark}; the time was not recorded`
    : `not yet, watermark ${watermark}`;
}

function groupSteps(
  { group, outcome, at, letter, reason, parkedAt }: GroupTrace,
  step: MakeStep,
): TraceStep[] {
  if (letter === null)
    return [at === null ? step('applied', null, `${group}: ${outcome}`) : step(outcome, at, group)];
  const parked = step('parked', parkedAt, `${group}, dead letter ${letter}: ${reason}`);
  return outcome === 'parked' ? [parked] : [parked, step(outcome, at, `${group}, dead letter ${letter}`)];
}

function mirrorSteps(mirror: MirrorTrace | undefined, step: MakeStep): TraceStep[] {
  if (mirror === undefined) return [];
  return mirror.at === null
    ? [step('mirrored', null, `${natsBridgeProcess.name}: ${mirror.where}`)]
    : [step('mirrored', mirror.at, `${natsBridgeProcess.name}, ${mirror.where}`)];
}
