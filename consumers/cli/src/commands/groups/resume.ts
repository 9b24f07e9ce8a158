import { resumeGroup } from '@gavel/consumer-runtime/consumer-group';
import { Command } from 'commander';
import { requireGroup } from '../../groups/known-groups.ts';
import { requirePartition } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export function resumeConsumers(run: Run): Command {
  return new Command('resume')
    .summary('let a paused group go on')
    .description("Ends one partition's pause, or without --partition every pause of the group.")
    .argument('<group>', 'a name of `gavel groups ls`')
    .option('--partition <partition>', 'only this one: its number or name')
    .addHelpText('after', examples(['gavel groups resume user-stats', 'go on where it stood']))
    .action((name: string, options: { readonly partition?: string }, command: Command) =>
      run(command, async ({ session, output }) => {
        const { definition, database } = requireGroup(name);
        const partition =
          options.partition === undefined
            ? undefined
            : requirePartition(definition.stream, options.partition);
        await resumeGroup(session.pool(database), name, partition);
        output.answer({ group: name, resumed: partition ?? true }, `${partition ?? name} goes on.`);
      }),
    );
}
