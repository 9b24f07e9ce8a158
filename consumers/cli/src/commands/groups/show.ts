import { activeMembers } from '@gavel/consumer-runtime/consumer-group';
import { Command } from 'commander';
import { countParked } from '../../dead-letters/letters.ts';
import { type KnownGroup, knownGroups, natsBridge, noGroup, workQueues } from '../../groups/known-groups.ts';
import { type PartitionLag, readLag } from '../../groups/lag.ts';
import { memberName } from '../../groups/members.ts';
import { readMirrorLag } from '../../groups/mirror-lag.ts';
import { readQueueLag } from '../../groups/queue-lag.ts';
import { examples } from '../../terminal/example-help.ts';
import { section } from '../../terminal/output.ts';
import type { CommandContext, Run } from '../../terminal/run-command.ts';
import { formatAge, formatMoment } from '../../terminal/units.ts';

export function showGroup(run: Run): Command {
  return new Command('show')
    .summary('one group: where it stands, and its members')
    .description(
      `Shows where a group stands in each partition: its checkpoint, the newest offset, lag in messages, and lag in time (the
age of the oldest message that it has not applied). Of a consumer of a work queue its queues: messages waiting, in
hand, waiting for their next try, and parked. Of the bridge to NATS what JetStream says of its place.`,
    )
    .argument('<any-group>', 'a name of `gavel groups ls`')
    .addHelpText(
      'after',
      examples(
        ['gavel groups show user-stats', 'its place and its members'],
        ['gavel groups show notifications', 'its queues'],
      ),
    )
    .action((name: string, _, command: Command) =>
      run(command, async (context) => {
        const group = knownGroups.find((each) => each.name === name);
        const queue = workQueues.find((each) => each.name === name);
        if (group !== undefined) await showStreamGroup(context, group);
        else if (queue !== undefined) await showWorkQueue(context, queue);
        else if (name === natsBridge.name) await showMirror(context);
        else throw noGroup(name);
      }),
    );
}

async function showStreamGroup({ session, output }: CommandContext, group: KnownGroup): Promise<void> {
  const { name } = group;
  const pool = session.pool(group.database);
  const broker = { inspector: await session.inspector(), reader: session.reader() };
  const partitions = await readLag(broker, pool, group);
  const members = await activeMembers(pool, name);
  const { stream, subscription } = group.definition;
  output.answer(
    { group: name, stream, subscription, partitions, members },
    [
      lagTable(`${name} reads ${subscription} of ${stream}`, partitions),
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
}

async function showWorkQueue({ session, output }: CommandContext, group: KnownGroup): Promise<void> {
  const { name, subscriptions } = group;
  const lag = await readQueueLag(session, name);
  const letters = await countParked(session.pool(group.database), name);
  output.answer(
    { group: name, subscriptions, ...lag, parked: letters },
    [
      section(
        `${name} works on the queue gavel.${name}`,
        ['QUEUE', 'FOR', 'WAITING', 'IN HAND', 'MEMBERS'],
        lag.queues.map((each) => [
          each.name,
          each.role,
          each.ready,
          each.inHand,
          each.role === 'work' ? each.consumers : null,
        ]),
        lag.problem ?? 'no queues',
      ),
      '',
      `${letters} parked in its database: \`gavel dead-letters ls\`. Which subjects it takes: --json.`,
    ].join('\n'),
  );
}

async function showMirror({ session, output }: CommandContext): Promise<void> {
  const { name, streams } = natsBridge;
  const lag = await readMirrorLag(session, natsBridge);
  const text =
    lag.state === 'known'
      ? lagTable(`${name} mirrors ${streams.join(' and ')} into NATS JetStream`, lag.partitions)
      : lag.state === 'off'
        ? `${name} is off, as far as anybody said: \`make up NATS=1\` starts it, NATS_URL says where NATS is.`
        : `Nobody can tell how far ${name} is. ${lag.problem}`;
  output.answer({ group: name, streams, ...lag }, text);
}

function lagTable(title: string, partitions: readonly PartitionLag[]): string {
  return section(
    title,
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
  );
}
