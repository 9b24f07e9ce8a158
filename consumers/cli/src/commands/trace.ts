import { partitionFor } from '@gavel/proto/partitioner';
import { subjectMatches } from '@gavel/proto/subjects';
import { Command, InvalidArgumentError } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Session } from '../connections/session.ts';
import { knownGroups } from '../groups/known-groups.ts';
import { outboxes } from '../outbox/outboxes.ts';
import { examples } from '../terminal/example-help.ts';
import type { Run } from '../terminal/run-command.ts';
import { formatTable } from '../terminal/table.ts';
import { type GroupTrace, readGroupTrace } from '../trace/group-trace.ts';
import { type OutboxTrace, readOutboxTrace } from '../trace/outbox-trace.ts';
import { findInStream, type StreamTrace } from '../trace/stream-trace.ts';
import { type TraceStep, toSteps } from '../trace/trace-steps.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function traceEvent(run: Run): Command {
  return new Command('trace')
    .summary('the way of one event, with times')
    .description(
      `Prints how one event went: appended with its state's transaction, given its position by the relay, stored by the broker,
confirmed by stream and exchange, and applied by each group that takes it, or parked. Times come from the database's and
the broker's clock; +ms counts from the append.`,
    )
    .argument('<event-id>', 'a UUID, as `gavel streams peek` shows it', parseEventId)
    .addHelpText('after', examples(['gavel trace 01a2085e-7c1a-7c3f-9d40-5d0c0e7a4e11', 'where is my bid?']))
    .action((eventId: string, _, command: Command) =>
      run(command, async ({ session, output }) => {
        const { outbox, stream, row } = await requireRow(session, eventId);
        const stored = await readStored(session, stream, row, eventId);
        const groups: GroupTrace[] = [];
        for (const { name, definition, database } of knownGroups) {
          if (definition.stream !== stream || !subjectMatches(definition.subscription, row.subject)) continue;
          groups.push(await readGroupTrace(session.pool(database), name, eventId));
        }
        const steps = toSteps(row, stored, groups);
        output.answer(
          { eventId, outbox, ...row, stored: stored ?? null, groups, steps },
          `${row.type} ${eventId}\n${row.subject}  #${row.sequence}  outbox ${outbox}${traceOf(row)}\n\n${table(steps)}`,
        );
      }),
    );
}

function parseEventId(text: string): string {
  const id = text.toLowerCase();
  if (UUID.test(id)) return id;
  throw new InvalidArgumentError('It is no UUID.');
}

async function requireRow(session: Session, eventId: string) {
  for (const { name, stream } of outboxes) {
    const row = await readOutboxTrace(session.pool(name), eventId);
    if (row !== undefined) return { outbox: name, stream, row };
  }
  throw new CommandFailure(
    'notFound',
    `no outbox holds event ${eventId}`,
    'Outboxes keep published events as long as streams do.',
  );
}

async function readStored(
  session: Session,
  stream: (typeof outboxes)[number]['stream'],
  row: OutboxTrace,
  eventId: string,
): Promise<StreamTrace | undefined> {
  if (row.claimedAt === null) return undefined;
  const partition = partitionFor(stream, row.aggregateId);
  return findInStream(await session.inspector(), session.reader(), partition, eventId, row.claimedAt);
}

function traceOf({ traceparent }: OutboxTrace): string {
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? '')?.[1];
  return id === undefined ? '' : `  trace ${id}`;
}

function table(steps: readonly TraceStep[]): string {
  return formatTable(
    ['STEP', 'AT', '+MS', 'WHERE'],
    steps.map(({ step, at, afterMs, where }) => [step, at, afterMs, where]),
  );
}
