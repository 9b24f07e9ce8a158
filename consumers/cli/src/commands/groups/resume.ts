import { resumeGroup } from '@gavel/consumer-runtime/consumer-group';
import type { Command } from 'commander';
import { requireConsumer } from '../../groups/known-groups.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { choosePartition, type PartitionOption, withPartition } from './pause.ts';

export function define(verb: Command, run: Run): void {
  withPartition(verb)
    .description('Ends the pause of one partition, or without --partition every pause of the group.')
    .addHelpText('after', examples(['gavel groups resume user-stats', 'it continues from its checkpoints']))
    .action((name: string, options: PartitionOption, command: Command) =>
      run(command, async ({ session, output }) => {
        const group = requireConsumer(name);
        const partition = choosePartition(group, options);
        await resumeGroup(session.pool(group.database), name, partition);
        output.answer({ group: name, resumed: partition ?? true }, `${partition ?? name} is resumed.`);
      }),
    );
}
