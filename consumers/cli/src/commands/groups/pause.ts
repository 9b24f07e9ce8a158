import { pauseGroup, resumeGroup } from '@gavel/consumer-runtime/consumer-group';
import { Command } from 'commander';
import { type KnownGroup, requireGroup } from '../../groups/known-groups.ts';
import { requirePartition } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

interface PartitionOption {
  readonly partition?: string;
}

export function pauseConsumers(run: Run): Command {
  return createVerb('pause')
    .summary('stop a group from applying events')
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

export function resumeConsumers(run: Run): Command {
  return createVerb('resume')
    .summary('let a paused group continue')
    .description('Ends the pause of one partition, or without --partition every pause of the group.')
    .addHelpText('after', examples(['gavel groups resume user-stats', 'it continues from its checkpoints']))
    .action((name: string, options: PartitionOption, command: Command) =>
      run(command, async ({ session, output }) => {
        const group = requireGroup(name);
        const partition = choosePartition(group, options);
        await resumeGroup(session.pool(group.database), name, partition);
        output.answer({ group: name, resumed: partition ?? true }, `${partition ?? name} is resumed.`);
      }),
    );
}

function createVerb(name: string): Command {
  return new Command(name)
    .argument('<group>', 'a group from `gavel groups ls`')
    .option('--partition <partition>', 'only this partition, by its number or name');
}

function choosePartition({ definition }: KnownGroup, { partition }: PartitionOption): string | undefined {
  return partition === undefined ? undefined : requirePartition(definition.stream, partition);
}
