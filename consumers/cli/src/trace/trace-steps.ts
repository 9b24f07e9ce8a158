import { formatMoment } from '../terminal/units.ts';
import type { GroupTrace } from './group-trace.ts';
import type { OutboxTrace } from './outbox-trace.ts';
import type { StreamTrace } from './stream-trace.ts';

/** One line of an event's way. */
export interface TraceStep {
  readonly step: string;
  /** RFC 3339; null when it has not happened, or nobody wrote down when. */
  readonly at: string | null;
  /** Milliseconds since the append, by the clock of whoever wrote the time down. */
  readonly afterMs: number | null;
  readonly where: string;
}

/** The way of an event from what outbox, stream and groups know of it. */
export function toSteps(
  row: OutboxTrace,
  stored: StreamTrace | undefined,
  groups: readonly GroupTrace[],
): TraceStep[] {
  const step = (name: string, at: Date | null, where: string): TraceStep => ({
    step: name,
    at: formatMoment(at),
    afterMs: at === null ? null : at.getTime() - row.appendedAt.getTime(),
    where,
  });
  const steps = [step('appended', row.appendedAt, `outbox row ${row.outboxId}`)];
  if (row.position === null || row.claimedAt === null) return [...steps, step('relayed', null, 'not yet')];
  steps.push(step('relayed', row.claimedAt, `position ${row.position}`));
  if (row.setAside !== null) return [...steps, step('set aside', null, row.setAside)];
  steps.push(
    stored === undefined
      ? step('stored', null, 'not found in the stream')
      : step('stored', stored.storedAt, `${stored.partition}@${stored.offset}`),
    // The watermark has no times of its own: it says that, not when.
    step(
      'confirmed',
      null,
      row.watermark >= row.position
        ? `yes, watermark ${row.watermark}`
        : `not yet, watermark ${row.watermark}`,
    ),
  );
  for (const { group, outcome, at, letter } of groups) {
    steps.push(step(outcome, at, letter === null ? group : `${group}, dead letter ${letter}`));
  }
  return steps;
}
