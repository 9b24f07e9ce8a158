import { activeMembers } from '@gavel/consumer-runtime/consumer-group';
import { Command } from 'commander';
import { countParked } from '../../dead-letters/letters.ts';
import { knownGroups } from '../../groups/known-groups.ts';
import { readLag } from '../../groups/lag.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatAge } from '../../terminal/units.ts';

export function listGroups(run: Run): Command {
  return new Command('ls')
    .summary('every consumer group and how far behind it is')
    .description(
      'Lists the groups that read a stream: members at work, messages not yet applied, the age of the oldest one, parked events.',
    )
    .addHelpText(
      'after',
      examples(
        ['gavel groups ls', 'a table'],
        ["gavel groups ls --json | jq 'map(.lagMessages) | add'", 'for a script'],
      ),
    )
    .action((_, command: Command) =>
      run(command, async ({ session, output }) => {
        const broker = { inspector: await session.inspector(), reader: session.reader() };
        const groups = [];
        for (const group of knownGroups) {
          const pool = session.pool(group.database);
          const lags = await readLag(broker, pool, group);
          groups.push({
            group: group.name,
            stream: group.definition.stream,
            subscription: group.definition.subscription,
            members: (await activeMembers(pool, group.name)).length,
            lagMessages: lags.reduce((sum, { lagMessages }) => sum + lagMessages, 0n),
            lagSeconds: Math.max(0, ...lags.map(({ lagSeconds }) => lagSeconds)),
            parked: await countParked(pool, group.name),
            paused: lags.some(({ paused }) => paused),
            problems: lags.flatMap(({ partition, problem }) => (problem ? [`${partition}: ${problem}`] : [])),
          });
        }
        output.answer(
          groups,
          formatTable(
            ['GROUP', 'STREAM', 'MEMBERS', 'LAG', 'LAG AGE', 'PARKED', 'STATE'],
            groups.map((each) => [
              each.group,
              each.stream,
              each.members,
              each.lagMessages,
              formatAge(each.lagSeconds),
              each.parked,
              each.problems.length > 0 ? 'refused' : each.paused ? 'paused' : 'ok',
            ]),
          ),
        );
      }),
    );
}
