import { pauseGroup } from '@gavel/consumer-runtime/consumer-group';
import { Command } from 'commander';
import { requireGroup } from '../../groups/known-groups.ts';
import { requirePartition } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export function pauseConsumers(run: Run): Command {
  return new Command('pause')
    .summary('let the members of a group stand still')
    .description(
      'Pauses a group, or one of its partitions: members keep their places and commit nothing, over restarts too, until resumed.',
    )
    .argument('<group>', 'a name of `gavel groups ls`')
    .option('--partition <partition>', 'only this one: its number or name')
    .addHelpText('after', examples(['gavel groups pause user-stats', 'while its database is looked after']))
    .action((name: string, options: { readonly partition?: string }, command: Command) =>
      run(command, async ({ session, output }) => {
        const { definition, database } = requireGroup(name);
        const partition =
          options.partition === undefined
            ? undefined
            : requirePartition(definition.stream, options.partition);
        await pauseGroup(session.pool(database), name, partition);
        output.answer(
          { group: name, paused: partition ?? true },
          `${partition ?? name} is paused; members see it within two seconds. \`gavel groups resume ${name}\` ends it.`,
        );
      }),
    );
}
