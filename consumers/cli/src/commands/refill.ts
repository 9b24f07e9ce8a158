import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { knownGroups } from '../groups/known-groups.ts';
import { outboxes } from '../outbox/outboxes.ts';
import { deletePartition } from '../refill/delete-partition.ts';
import { holdOutbox } from '../refill/hold-outbox.ts';
import { planRefill, type RefillStep } from '../refill/plan-refill.ts';
import { publishAgain } from '../refill/publish-again.ts';
import { settleLost } from '../refill/settle-lost.ts';
import { requirePartition, requireStream } from '../streams/stream-names.ts';
import { examples } from '../terminal/example-help.ts';
import type { CommandContext, Run } from '../terminal/run-command.ts';
import { formatTable } from '../terminal/table.ts';

interface RefillOptions {
  readonly partition?: string;
  readonly recreate?: boolean;
  readonly takeOver?: boolean;
  readonly execute?: boolean;
}

export function refillStream(run: Run): Command {
  return new Command('refill')
    .summary('bring a lost stream back from Postgres')
    .description(
      `Publishes again, in the order in which they were published first, the events that the outbox still has (as long as streams
keep theirs). Prints the plan; --execute does it.

It publishes in the relay's name with the same positions, so nothing can be in the stream twice. That only works on a
partition that is missing or empty: the broker drops positions below one that it has. --recreate deletes a partition
that holds something first. No relay may publish meanwhile: stop it, or let --take-over end its session; it stands by
and goes on by itself afterwards.

Offsets are new in a partition that was lost: then \`gavel groups seek GROUP --to first --execute\` for each of its groups.
Processed events see to it that nothing is applied twice.`,
    )
    .argument('<stream>', 'gavel.bids or gavel.auth')
    .option('--partition <partition>', 'only this one: its number or name')
    .option('--recreate', 'delete partitions that hold something')
    .option('--take-over', "end the active relay's session for as long as this takes")
    .option('--dry-run', 'print the plan only (the default)')
    .option('--execute', 'do it')
    .addHelpText(
      'after',
      examples(
        ['gavel refill gavel.bids', 'what is missing, what does Postgres have?'],
        [
          'gavel refill gavel.bids --partition 2 --recreate --take-over --execute',
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
        const sent = await execute(context, stream, chosen, options.takeOver === true);
        answer(context, stream, chosen, `${sent} events published again. ${seekHint(stream)}`, sent);
      }),
    );
}

async function execute(
  context: CommandContext,
  stream: StreamName,
  steps: readonly RefillStep[],
  takeOver: boolean,
): Promise<number> {
  const { session, output, interrupted } = context;
  const pool = session.pool(outboxOf(stream));
  const outbox = await holdOutbox(pool, outboxOf(stream), takeOver);
  const total = steps.reduce((sum, { inPostgres }) => sum + inPostgres, 0);
  const progress = output.progress(`refilling ${stream}`, total);
  let confirmed = 0;
  try {
    for (const { partition, state } of steps) {
      if (state !== 'holds messages') continue;
      await deletePartition(session.url('MANAGEMENT_URL'), session.url('STREAM_URL'), partition);
    }
    const sent = await publishAgain(outbox, {
      stream,
      partitions: new Set(steps.map(({ partition }) => partition)),
      streamUrl: session.url('STREAM_URL'),
      amqpUrl: session.url('AMQP_URL'),
      onConfirmed: () => progress.update(++confirmed),
      signal: interrupted,
    });
    await verify(context, stream, steps);
    await settleLost(
      pool,
      steps.map(({ partition }) => partition),
    );
    return sent;
  } finally {
    progress.stop();
    outbox.close();
  }
}

/** Somebody who published into a new partition before us would have made the broker drop ours: that shows in the counts. */
async function verify(
  { session }: CommandContext,
  stream: StreamName,
  steps: readonly RefillStep[],
): Promise<void> {
  const pool = session.pool(outboxOf(stream));
  const partitions = steps.map(({ partition }) => partition);
  for (const after of await planRefill(await session.inspector(), pool, stream, partitions)) {
    if (
      after.messages >= BigInt(steps.find(({ partition }) => partition === after.partition)?.inPostgres ?? 0)
    )
      continue;
    throw new CommandFailure(
      'failure',
      `${after.partition} holds ${after.messages} messages instead of ${after.inPostgres}: somebody else published into it`,
      'Stop the relay and refill again with --recreate.',
    );
  }
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
