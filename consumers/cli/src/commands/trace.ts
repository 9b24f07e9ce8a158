import { isEventId } from '@gavel/proto/envelope';
import { type Command, InvalidArgumentError } from 'commander';
import { examples } from '../terminal/example-help.ts';
import type { Run } from '../terminal/run-command.ts';
import { formatTable } from '../terminal/table.ts';
import { formatMoment } from '../terminal/units.ts';
import { findEvent } from '../trace/find-event.ts';
import { type TraceStep, toSteps } from '../trace/trace-steps.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Prints the path of one event: appended to the outbox, given its position by the relay, stored by the broker, confirmed by
stream and exchange, applied or parked by each group that takes it, and mirrored to NATS if the bridge is on. The times come
from the clocks of database, broker and NATS; +MS counts from the append.

The path is incomplete for old events: outboxes keep events as long as streams do, and groups remember theirs two weeks longer.
The id of an event contains the time of its creation.`,
    )
    .argument('<event-id>', 'a UUID, as in `gavel streams peek`', parseEventId)
    .addHelpText('after', examples(['gavel trace 01a2085e-7c1a-7c3f-9d40-5d0c0e7a4e11', 'where is my bid?']))
    .action((eventId: string, _, command: Command) =>
      run(command, async ({ session, output }) => {
        const found = await findEvent(session, eventId);
        const { row, createdAt, stored } = found;
        const steps = toSteps(found);
        const envelope = typeof stored === 'object' ? stored.envelope : undefined;
        const what = row ?? (envelope && { ...envelope, traceparent: envelope.traceparent ?? null });
        const title =
          what === undefined
            ? `event ${eventId}, created at ${formatMoment(createdAt)}`
            : `${what.type} ${eventId}\n${what.subject}  #${what.sequence}  outbox ${found.outbox ?? 'unknown'}${formatTraceId(what.traceparent)}`;
        const { outbox, groups, mirror } = found;
        output.answer(
          {
            eventId,
            madeAt: createdAt,
            outbox,
            ...row,
            stored: envelope ? stored : null,
            groups,
            mirror,
            steps,
          },
          `${title}\n\n${formatSteps(steps)}`,
        );
      }),
    );
}

function parseEventId(text: string): string {
  const id = text.toLowerCase();
  if (isEventId(id)) return id;
  throw new InvalidArgumentError('It is not a UUID.');
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
