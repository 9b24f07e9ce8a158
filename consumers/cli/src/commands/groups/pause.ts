import { pauseGroup } from '@gavel/consumer-runtime/consumer-group';
import type { Command } from 'commander';
import { type KnownGroup, requireGroup } from '../../groups/known-groups.ts';
import { requirePartition } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export interface PartitionOption {
  readonly partition?: string;
}

export function define(verb: Command, run: Run): void {
  withPartition(verb)
    .description(
      `Pauses a group or one of its partitions: members keep their partitions and commit nothing until the group is resumed. A
pause survives restarts.`,
    )
    .addHelpText('after', examples(['gavel groups pause user-stats', 'during maintenance of its database']))
    .action((name: string, options: PartitionOption, command: Command) =>
      run(command, async ({ session, output }) => {
        const group = requireGroup(name);
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
    .argument('<group>', 'a group from `gavel groups ls`')
    .option('--partition <partition>', 'only this partition, by its number or name');
}

/** The partition that --partition names; undefined for the whole group. Throws `notFound`. */
export function choosePartition(
  { definition }: KnownGroup,
  { partition }: PartitionOption,
): string | undefined {
  return partition === undefined ? undefined : requirePartition(definition.stream, partition);
}
