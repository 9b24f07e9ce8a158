import { pauseGroup } from '@gavel/consumer-runtime/consumer-group';
import type { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import { type KnownGroup, requireConsumer } from '../../groups/known-groups.ts';
import { requirePartition } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export interface PartitionOption {
  readonly partition?: string;
}

export function define(verb: Command, run: Run): void {
  withPartition(verb)
    .description(
      `Pauses a group that reads a stream, or one of its partitions: members keep their partitions and commit nothing until the group is
resumed. Or pauses a consumer of a work queue: its members finish the messages that they have received and take no more, so events
wait in the queue. A pause survives restarts.`,
    )
    .addHelpText(
      'after',
      examples(
        ['gavel groups pause user-stats', 'during maintenance of its database'],
        ['gavel groups pause notifications', 'events wait in its queue'],
      ),
    )
    .action((name: string, options: PartitionOption, command: Command) =>
      run(command, async ({ session, output }) => {
        const group = requireConsumer(name);
        const partition = choosePartition(group, options);
        await pauseGroup(session.pool(group.database), name, partition);
        output.answer(
          { group: name, paused: partition ?? true },
          `${partition ?? name} is paused. Members notice it within two seconds. \`gavel groups resume ${name}\` ends it.`,
        );
      }),
    );
}

/** The arguments of `pause` and `resume`. */
export function withPartition(verb: Command): Command {
  return verb
    .argument('<consumer>', 'a group from `gavel groups ls`, without the bridge')
    .option('--partition <partition>', 'only this partition, by its number or name');
}

/** The partition that --partition names; undefined for the whole group. Throws `notFound`, and `usage` for a queue. */
export function choosePartition(group: KnownGroup, { partition }: PartitionOption): string | undefined {
  const { name, stream } = group;
  if (partition === undefined) return undefined;
  if (stream === null) {
    throw new CommandFailure(
      'usage',
      `${name} consumes a queue, which has no partitions`,
      'Leave out --partition.',
    );
  }
  return requirePartition(stream, partition);
}
