import { activeMembers } from '@gavel/consumer-runtime/consumer-group';
import { Command } from 'commander';
import { requireGroup } from '../../groups/known-groups.ts';
import { readLag } from '../../groups/lag.ts';
import { memberName } from '../../groups/members.ts';
import { examples } from '../../terminal/example-help.ts';
import { section } from '../../terminal/output.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatAge, formatMoment } from '../../terminal/units.ts';

export function showGroup(run: Run): Command {
  return new Command('show')
    .summary('one group, partition by partition, and its members')
    .description(
      `Shows where a group stands in each partition: its checkpoint, the newest offset, lag in messages, and lag in time (the
age of the oldest message that it has not applied).`,
    )
    .argument('<group>', 'a name of `gavel groups ls`')
    .addHelpText('after', examples(['gavel groups show user-stats', 'its place and its members']))
    .action((name: string, _, command: Command) =>
      run(command, async ({ session, output }) => {
        const group = requireGroup(name);
        const pool = session.pool(group.database);
        const broker = { inspector: await session.inspector(), reader: session.reader() };
        const partitions = await readLag(broker, pool, group);
        const members = await activeMembers(pool, group.name);
        const { stream, subscription } = group.definition;
        output.answer(
          { group: name, stream, subscription, partitions, members },
          [
            section(
              `${name} reads ${subscription} of ${stream}`,
              ['PARTITION', 'COMMITTED', 'NEWEST', 'LAG', 'LAG AGE', 'LAST COMMIT', 'STATE'],
              partitions.map((each) => [
                each.partition,
                each.committed,
                each.newest,
                each.lagMessages,
                formatAge(each.lagSeconds),
                each.committedAt,
                each.problem ?? (each.paused ? 'paused' : 'ok'),
              ]),
              'no partitions',
            ),
            '',
            section(
              'Members',
              ['MEMBER', 'PARTITIONS', 'SINCE', 'SEEN'],
              members.map((each) => [
                memberName(each),
                each.partitions.join(' '),
                formatMoment(each.startedAt),
                formatMoment(each.heartbeatAt),
              ]),
              'none at work',
            ),
          ].join('\n'),
        );
      }),
    );
}
