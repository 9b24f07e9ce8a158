import { isEventId } from '@gavel/proto/envelope';
import { Command, InvalidArgumentError } from 'commander';
import { examples } from '../terminal/example-help.ts';
import type { Run } from '../terminal/run-command.ts';
import { formatTable } from '../terminal/table.ts';
import { formatMoment } from '../terminal/units.ts';
import { findEvent } from '../trace/find-event.ts';
import { type TraceStep, toSteps } from '../trace/trace-steps.ts';

export function traceEvent(run: Run): Command {
  return new Command('trace')
    .summary('the way of one event, with times')
    .description(
      `Prints how one event went: appended with its state's transaction, given its position by the relay, stored by the broker,
confirmed by stream and exchange, applied by each group that takes it, or parked, and mirrored to NATS where that is
on. Times come from the clocks of database, broker and NATS; +ms counts from the append.

What is gone is said to be gone: outboxes keep events as long as streams do, groups remember theirs two weeks longer, and
an event's id tells when it was made.`,
    )
    .argument('<event-id>', 'a UUID, as `gavel streams peek` shows it', parseEventId)
    .addHelpText('after', examples(['gavel trace 01a2085e-7c1a-7c3f-9d40-5d0c0e7a4e11', 'where is my bid?']))
    .action((eventId: string, _, command: Command) =>
      run(command, async ({ session, output }) => {
        const found = await findEvent(session, eventId);
        const { row, madeAt, stored } = found;
        const steps = toSteps(found);
        const envelope = typeof stored === 'object' ? stored.envelope : undefined;
        const what = row ?? (envelope && { ...envelope, traceparent: envelope.traceparent ?? null });
        const title =
          what === undefined
            ? `event ${eventId}, made at ${formatMoment(madeAt)}`
            : `${what.type} ${eventId}\n${what.subject}  #${what.sequence}  outbox ${found.outbox ?? 'unknown'}${traceOf(what.traceparent)}`;
        const { outbox, groups, mirror } = found;
        output.answer(
          { eventId, madeAt, outbox, ...row, stored: envelope ? stored : null, groups, mirror, steps },
          `${title}\n\n${table(steps)}`,
        );
      }),
    );
}

function parseEventId(text: string): string {
  const id = text.toLowerCase();
  if (isEventId(id)) return id;
  throw new InvalidArgumentError('It is no UUID.');
}

function traceOf(traceparent: string | null): string {
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? '')?.[1];
  return id === undefined ? '' : `  trace ${id}`;
}

function table(steps: readonly TraceStep[]): string {
  return formatTable(
    ['STEP', 'AT', '+MS', 'WHERE'],
    steps.map(({ step, at, afterMs, where }) => [step, at, afterMs, where]),
  );
}
