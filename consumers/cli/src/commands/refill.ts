import { readOpenLosses } from '@gavel/outbox/losses';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { type Command, Option } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { knownGroups } from '../groups/known-groups.ts';
import { type Outbox, outboxes } from '../outbox/outboxes.ts';
import { executeRefill, type Sent } from '../refill/execute-refill.ts';
import {
  formatRefill,
  planRefill,
  type RefillStep,
  refuseNewLosses,
  refuseOpenLosses,
} from '../refill/plan-refill.ts';
import { requirePartition, requireStream, streamHelp } from '../streams/stream-names.ts';
import { examples } from '../terminal/example-help.ts';
import type { CommandContext, Run } from '../terminal/run-command.ts';

interface RefillOptions {
  readonly partition?: string;
  readonly recreate?: boolean;
  readonly loseOlder?: boolean;
  readonly execute?: boolean;
}

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Refills partitions with the events that the outbox still has (it keeps them as long as streams keep theirs), in the order in
which they were first published. Prints the plan; --execute does it. Partitions that hold messages are skipped, unless
--recreate allows to delete these messages.

Relays may be running: they publish to the other partitions meanwhile. The refill takes the outbox from them at its start and at
its end, for about a second. Services are not blocked.

Events may arrive meanwhile: what a partition holds is compared with Postgres up to its newest message.

LOST shows the events that relays have found missing, as positions of the whole outbox. A loss is closed, and the relay is
healthy again, when all of its events are restored. If Postgres no longer has all of them, the refill is refused, unless
--lose-older accepts that the others stay lost. Exit code 3: refused, or a partition with losses was skipped.

Ctrl-C stops it, also within a partition. That partition is then incomplete and recorded as lost: run the refill again with
--recreate.

A recreated partition keeps what STREAM_MAX_AGE_SECONDS and STREAM_MAX_LENGTH_BYTES say; set them as for the relays.

A recreated partition has new offsets, so its groups then read it from its start, within seconds when they are running. What they have
applied is not applied again. Exit code 6 if the database of a group did not answer; the command to repeat is printed.`,
    )
    .argument('<stream>', streamHelp)
    .option('--partition <partition>', 'only this partition, by its number or name')
    .option('--recreate', 'also partitions that hold messages: delete and refill them')
    .option('--lose-older', 'accept that events which Postgres no longer has are lost')
    .addOption(new Option('--dry-run', 'print the plan only (the default)').conflicts('execute'))
    .option('--execute', 'do it')
    .addHelpText(
      'after',
      examples(
        ['gavel refill gavel.bids', 'what is missing, and what does Postgres have?'],
        [
          'gavel refill gavel.bids --partition 2 --recreate --execute',
          'one partition, while the system is running',
        ],
      ),
    )
    .action((name: string, options: RefillOptions, command: Command) =>
      run(command, (context) => refill(context, requireStream(name), options)),
    );
}

async function refill(context: CommandContext, stream: StreamName, options: RefillOptions): Promise<void> {
  const { session, output } = context;
  const partitions =
    options.partition === undefined ? partitionsOf(stream) : [requirePartition(stream, options.partition)];
  const outbox = outboxOf(stream);
  const pool = session.pool(outbox.database);
  const steps = await planRefill(
    { inspector: await session.inspector(), reader: session.reader(), pool },
    stream,
    partitions,
  );
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
  if (options.loseOlder !== true) refuseNewLosses(chosen);
  const groups = knownGroups.filter((group) => group.stream === stream);
  const sent = await executeRefill(context, outbox, chosen, groups, options.loseOlder === true);
  const skipped = steps.filter((step) => !chosen.includes(step));
  for (const { partition, state } of skipped) {
    output.remark(`${partition} ${state} and was skipped; --recreate refills it too.`);
  }
  for (const { group, partition, problem } of sent.failed) {
    const command = `gavel groups seek ${group} --to first --partition ${partition} --execute`;
    output.remark(`The checkpoint of ${group} could not be set: ${problem}. Run \`${command}\`.`);
  }
  if (sent.failed.length > 0) context.foundProblem();
  answer(context, stream, chosen, describeSent(sent), sent);
  refuseOpenLosses(partitions, await readOpenLosses(pool));
}

function outboxOf(stream: StreamName): Outbox {
  const found = outboxes.find((each) => each.stream === stream);
  if (found === undefined) throw new CommandFailure('notFound', `no outbox publishes to ${stream}`);
  return found;
}

function describeSent({ events, seconds, groups }: Sent): string {
  const rate = Math.round(events / seconds);
  const readers =
    groups.length === 0
      ? ''
      : ` Read again from the start, without applying anything twice: ${groups.join(', ')}.`;
  return `${events} events published again in ${Math.ceil(seconds)} s (${rate} events/s).${readers}`;
}

function answer(
  { output }: CommandContext,
  stream: StreamName,
  steps: readonly RefillStep[],
  closing: string,
  sent: Sent | null = null,
): void {
  output.answer(
    {
      stream,
      executed: sent !== null,
      sent: sent?.events ?? null,
      seconds: sent?.seconds ?? null,
      readFromStart: sent?.groups ?? null,
      partitions: steps,
    },
    `${formatRefill(steps)}\n\n${closing}`,
  );
}
