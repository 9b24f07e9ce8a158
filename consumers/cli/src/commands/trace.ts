import { isEventId } from '@gavel/proto/envelope';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { outboxes } from '../outbox/outboxes.ts';
import { parseOffset } from '../streams/offset-spec.ts';
import { examples } from '../terminal/example-help.ts';
import type { Run } from '../terminal/run-command.ts';
import { formatTable } from '../terminal/table.ts';
import { formatMoment } from '../terminal/units.ts';
import { findEventsOfTrace } from '../trace/events-of-trace.ts';
import { type FoundEvent, findEvent } from '../trace/find-event.ts';
import { type TraceStep, toSteps } from '../trace/trace-steps.ts';

/** How far back a trace id is searched. */
const DEFAULT_AGE = '-1h';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Prints the path of one event: appended to the outbox, given its position by the relay, stored by the broker, confirmed by
stream and exchange, applied or parked by each group that takes it, and mirrored to NATS if the bridge is on. The times come
from the clocks of database, broker and NATS; +MS counts from the append.

The path is incomplete for old events: outboxes keep events as long as streams do, and groups remember theirs two weeks longer.
The id of an event contains the time of its creation. The id of a trace does not, so the outboxes are searched from --since on\n(default: the last hour), and the path of each of its events is printed.`,
    )
    .argument(
      '<event-id-or-trace-id>',
      'the UUID of an event, or the 32 hexadecimal digits of a trace',
      parseId,
    )
    .option(
      '--since <moment>',
      'with a trace id: only events appended since this time or age, or `first` for all of the outboxes',
      parseSince,
      parseSince(DEFAULT_AGE),
    )
    .addHelpText(
      'after',
      examples(
        ['gavel trace 01a2085e-7c1a-7c3f-9d40-5d0c0e7a4e11', 'where is my bid?'],
        ['gavel trace 4bf92f3577b34da6a3ce929d0e0e4736 --since -1d', 'the events that one request caused'],
      ),
    )
    .action((id: string, { since }: { since: Date }, command: Command) =>
      run(command, async ({ session, output }) => {
        if (!isTraceId(id)) {
          const found = toAnswer(id, await findEvent(session, id));
          return output.answer(found.value, found.text);
        }
        const answers: Answer[] = [];
        for (const { database } of outboxes) {
          for (const eventId of await findEventsOfTrace(session.pool(database), id, since)) {
            answers.push(toAnswer(eventId, await findEvent(session, eventId)));
          }
        }
        if (answers.length === 0) {
          throw new CommandFailure(
            'notFound',
            `no outbox has an event of trace ${id} since ${formatMoment(since)}`,
            '`--since -1d` also looks at older events.',
          );
        }
        const value = { traceId: id, events: answers.map((each) => each.value) };
        output.answer(value, answers.map(({ text }) => text).join('\n\n'));
      }),
    );
}

interface Answer {
  readonly value: unknown;
  readonly text: string;
}

function toAnswer(eventId: string, found: FoundEvent): Answer {
  const { row, createdAt, stored, outbox, groups, mirror } = found;
  const steps = toSteps(found);
  const envelope = typeof stored === 'object' ? stored.envelope : undefined;
  const what = row ?? (envelope && { ...envelope, traceparent: envelope.traceparent ?? null });
  const title =
    what === undefined
      ? `event ${eventId}, created at ${formatMoment(createdAt)}`
      : `${what.type} ${eventId}\n${what.subject}  #${what.sequence}  outbox ${outbox ?? 'unknown'}${formatTraceId(what.traceparent)}`;
  return {
    value: {
      eventId,
      madeAt: createdAt,
      outbox,
      ...row,
      stored: envelope ? stored : null,
      groups,
      mirror,
      steps,
    },
    text: `${title}\n\n${formatSteps(steps)}`,
  };
}

function parseId(text: string): string {
  const id = text.toLowerCase();
  if (isEventId(id) || isTraceId(id)) return id;
  throw new InvalidArgumentError('It is neither a UUID nor the 32 hexadecimal digits of a trace.');
}

function isTraceId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id);
}

function parseSince(text: string): Date {
  const spec = parseOffset(text);
  if (spec.kind === 'first') return new Date(0);
  if (spec.kind === 'moment') return new Date(spec.at);
  throw new InvalidArgumentError('It must be first, a time (2026-05-01T12:00:00Z) or an age (-15m).');
}

function formatTraceId(traceparent: string | null): string {
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? '')?.[1];
  return id === undefined ? '' : `  trace ${id}`;
}

function formatSteps(steps: readonly TraceStep[]): string {
  return formatTable(
    ['STEP', 'AT', '+MS', 'WHERE'],
    steps.map(({ step, at, afterMs, where }) => [step, at, afterMs, where]),
  );
}
