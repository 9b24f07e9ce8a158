import { formatMoment } from '../terminal/units.ts';
import type { GroupTrace } from './group-trace.ts';
import type { MirrorTrace } from './mirror-trace.ts';
import type { OutboxTrace } from './outbox-trace.ts';
import type { StreamTrace } from './stream-trace.ts';

/** One line of an event's way. */
export interface TraceStep {
  readonly step: string;
  /** RFC 3339; null when it has not happened, or nobody knows (any more) when. */
  readonly at: string | null;
  /** Milliseconds since the append, by the clock of whoever wrote the time down. */
  readonly afterMs: number | null;
  readonly where: string;
}

/** All that was found of an event. */
export interface EventFindings {
  /** By its id; what the steps are counted from when the row is gone. */
  readonly madeAt: Date;
  readonly row: OutboxTrace | undefined;
  /** What to say of a row that is not there (any more). */
  readonly rowGone: string;
  /** Undefined where nobody looked, words where nothing was found. */
  readonly stored: StreamTrace | string | undefined;
  readonly groups: readonly GroupTrace[];
  readonly mirror: MirrorTrace | undefined;
}

/** The way of an event from what outbox, stream, groups and mirror know of it. */
export function toSteps(findings: EventFindings): TraceStep[] {
  const { row, madeAt } = findings;
  const start = (row?.appendedAt ?? madeAt).getTime();
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
  if (row.setAside !== null) return [appended, relayed, step('set aside', row.setAsideAt, row.setAside)];
  return [appended, relayed, ...inStream, step('confirmed', row.confirmedAt, confirmedBy(row))];
}

function confirmedBy({ confirmedAt, position, watermark }: OutboxTrace): string {
  if (confirmedAt !== null) return 'by stream and exchange';
  return watermark >= (position ?? 0)
    ? `yes, watermark ${watermark}; when was not written down`
    : `not yet, watermark ${watermark}`;
}

function groupSteps(
  { group, outcome, at, letter, reason, parkedAt }: GroupTrace,
  step: MakeStep,
): TraceStep[] {
  if (letter === null)
    return [step(outcome === 'not yet' ? 'applied' : outcome, at, at === null ? `${group}: not yet` : group)];
  const parked = step('parked', parkedAt, `${group}, dead letter ${letter}: ${reason}`);
  return outcome === 'parked' ? [parked] : [parked, step(outcome, at, `${group}, dead letter ${letter}`)];
}

function mirrorSteps(mirror: MirrorTrace | undefined, step: MakeStep): TraceStep[] {
  if (mirror === undefined) return [];
  return mirror.at === null
    ? [step('mirrored', null, `nats-bridge: ${mirror.where}`)]
    : [step('mirrored', mirror.at, `nats-bridge, ${mirror.where}`)];
}
