import { refill } from '@gavel/outbox/refill/refill';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Session } from '../connections/session.ts';
import { knownGroups } from '../groups/known-groups.ts';
import { outboxes } from '../outbox/outboxes.ts';
import { planRefill, type RefillStep } from '../refill/plan-refill.ts';
import { requireExtent } from '../streams/extent.ts';
import { requirePartition, requireStream } from '../streams/stream-names.ts';
import { examples } from '../terminal/example-help.ts';
import type { Progress } from '../terminal/output.ts';
import type { CommandContext, Run } from '../terminal/run-command.ts';
import { formatTable } from '../terminal/table.ts';

interface RefillOptions {
  readonly partition?: string;
  readonly recreate?: boolean;
  readonly loseOlder?: boolean;
  readonly execute?: boolean;
}

export function refillStream(run: Run): Command {
  return new Command('refill')
    .summary('bring a lost stream back from Postgres')
    .description(
      `Makes partitions anew from the events that the outbox still has (it keeps them as long as streams keep theirs), in the
order in which they were published first. Prints the plan; --execute does it. Partitions that hold something are left as
they are, unless --recreate says to delete what is in them.

Relays may be at work: the outbox is taken from them meanwhile, they stand by and go on by themselves. Services are not
held up; their events wait in the outbox.

Offsets are new in a partition that was lost: then \`gavel groups seek GROUP --to first --execute\` for each of its groups.
Processed events see to it that nothing is applied twice.`,
    )
    .argument('<stream>', 'gavel.bids or gavel.auth')
    .option('--partition <partition>', 'only this one: its number or name')
    .option('--recreate', 'delete partitions that hold something')
    .option('--lose-older', 'with --recreate: also where a partition holds more than Postgres still has')
    .option('--dry-run', 'print the plan only (the default)')
    .option('--execute', 'do it')
    .addHelpText(
      'after',
      examples(
        ['gavel refill gavel.bids', 'what is missing, what does Postgres have?'],
        [
          'gavel refill gavel.bids --partition 2 --recreate --execute',
          'one partition, under a running system',
        ],
      ),
    )
    .action((name: string, options: RefillOptions, command: Command) =>
      run(command, async (context) => {
        const stream = requireStream(name);
        const partitions =
          options.partition === undefined
            ? partitionsOf(stream)
            : [requirePartition(stream, options.partition)];
        const pool = context.session.pool(outboxOf(stream));
        const steps = await planRefill(await context.session.inspector(), pool, stream, partitions);
        if (options.execute !== true) {
          return answer(context, stream, steps, 'Nothing has changed. Add --execute to do it.');
        }
        const chosen = steps.filter(({ state }) => options.recreate === true || state !== 'holds messages');
        if (chosen.length === 0) {
          throw new CommandFailure(
            'refused',
            'every partition holds messages',
            'Add --recreate to delete and refill them.',
          );
        }
        if (options.loseOlder !== true) refuseLosses(chosen);
        const sent = await execute(context, stream, chosen);
        for (const { partition, state } of steps.filter((step) => !chosen.includes(step))) {
          context.output.remark(`${partition} ${state} and is left as it is; --recreate refills it too.`);
        }
        answer(context, stream, chosen, `${sent} events published again. ${seekHint(stream)}`, sent);
      }),
    );
}

async function execute(
  { session, output, interrupted }: CommandContext,
  stream: StreamName,
  steps: readonly RefillStep[],
): Promise<number> {
  const pool = session.pool(outboxOf(stream));
  let events = 0;
  for (const { partition } of steps) {
    let progress: Progress | undefined;
    const refilled = await refill({
      outbox: outboxOf(stream),
      pool,
      amqpUrl: session.url('AMQP_URL'),
      streamUrl: session.url('STREAM_URL'),
      partition,
      onProgress: (position, lastPosition) => {
        progress ??= output.progress(`refilling ${partition}`, lastPosition);
        progress.update(position);
      },
    }).finally(() => progress?.stop());
    events += refilled.events;
    if (interrupted.aborted) {
      throw new CommandFailure(
        'interrupted',
        `interrupted: ${partition} is refilled and not counted again, what comes after it is as it was`,
        '`gavel refill` shows what is left to do.',
      );
    }
    await verify(session, partition, refilled.events);
  }
  return events;
}

/** A partition that is made anew has what Postgres has: messages that only the stream holds would be gone for good. */
function refuseLosses(steps: readonly RefillStep[]): void {
  const losing = steps.filter(({ messages, inPostgres }) => messages > BigInt(inPostgres));
  if (losing.length === 0) return;
  const places = losing.map(
    ({ partition, messages, inPostgres }) =>
      `${partition} holds ${messages}, Postgres has ${inPostgres} of them`,
  );
  throw new CommandFailure(
    'refused',
    `messages would be lost for good: ${places.join('; ')}`,
    'Nothing has changed. --lose-older does it all the same.',
  );
}

/** Counts what is in the partition now: the relay may have gone on already, so there may be more. */
async function verify(session: Session, partition: string, events: number): Promise<void> {
  const { first, next } = await requireExtent(await session.inspector(), partition);
  if (next - first >= BigInt(events)) return;
  throw new CommandFailure(
    'failure',
    `${partition} holds ${next - first} messages instead of ${events}`,
    'Refill it again with --recreate.',
  );
}

function outboxOf(stream: StreamName): 'auth' | 'bids' {
  const found = outboxes.find((each) => each.stream === stream);
  if (found === undefined) throw new CommandFailure('notFound', `no outbox publishes to ${stream}`);
  return found.name;
}

function seekHint(stream: StreamName): string {
  const groups = knownGroups.filter(({ definition }) => definition.stream === stream).map(({ name }) => name);
  return groups.length === 0
    ? 'No group reads it.'
    : `Offsets are new: now \`gavel groups seek GROUP --to first --execute\` for ${groups.join(', ')}.`;
}

function answer(
  { output }: CommandContext,
  stream: StreamName,
  steps: readonly RefillStep[],
  closing: string,
  sent: number | null = null,
): void {
  output.answer(
    { stream, executed: sent !== null, sent, partitions: steps },
    `${formatTable(
      ['PARTITION', 'STATE', 'MESSAGES', 'IN POSTGRES'],
      steps.map((step) => [step.partition, step.state, step.messages, step.inPostgres]),
    )}\n\n${closing}`,
  );
}
