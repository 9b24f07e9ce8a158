import { readOpenLosses } from '@gavel/outbox/losses';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { Command, Option } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { knownGroups } from '../groups/known-groups.ts';
import { type Outbox, outboxes } from '../outbox/outboxes.ts';
import { executeRefill } from '../refill/execute-refill.ts';
import { formatRefill, planRefill, type RefillStep } from '../refill/plan-refill.ts';
import { refuseLosses, refuseOpenLosses } from '../refill/refuse-refill.ts';
import { requirePartition, requireStream } from '../streams/stream-names.ts';
import { examples } from '../terminal/example-help.ts';
import type { CommandContext, Run } from '../terminal/run-command.ts';

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

LACKS is what relays have found missing, in positions of the whole outbox. Such a loss is settled, and health is well again,
when all of it could be brought back. Where Postgres does not have all of it any more the refill is refused, unless
--lose-older says that the rest stays lost. Exit code 3: refused, or partitions that lack something were left as they are.

Ctrl-C ends it, within a partition too. That partition is then incomplete and known to be: run it again with --recreate.

Offsets are new in a partition that was made anew: then \`gavel groups seek GROUP --to first --execute\` for each of its
groups. Processed events see to it that nothing is applied twice.`,
    )
    .argument('<stream>', 'gavel.bids or gavel.auth')
    .option('--partition <partition>', 'only this one: its number or name')
    .option('--recreate', 'delete partitions that hold something')
    .option('--lose-older', 'also where Postgres does not have all that a partition holds or has lost')
    .addOption(new Option('--dry-run', 'print the plan only (the default)').conflicts('execute'))
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
        const pool = context.session.pool(outboxOf(stream).database);
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
        const sent = await executeRefill(context, outboxOf(stream), chosen, options.loseOlder === true);
        const left = steps.filter((step) => !chosen.includes(step));
        for (const { partition, state } of left) {
          context.output.remark(`${partition} ${state} and is left as it is; --recreate refills it too.`);
        }
        answer(context, stream, chosen, `${sent} events published again. ${seekHint(stream)}`, sent);
        refuseOpenLosses(partitions, await readOpenLosses(pool));
      }),
    );
}

function outboxOf(stream: StreamName): Outbox {
  const found = outboxes.find((each) => each.stream === stream);
  if (found === undefined) throw new CommandFailure('notFound', `no outbox publishes to ${stream}`);
  return found;
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
    `${formatRefill(steps)}\n\n${closing}`,
  );
}
