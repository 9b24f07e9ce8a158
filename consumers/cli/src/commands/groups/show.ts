import { activeMembers, countParked, readPauses } from '@gavel/consumer-runtime/consumer-group';
import { type PartitionLag, readLag } from '@gavel/consumer-runtime/group-lag';
import { queueNames } from '@gavel/consumer-runtime/queues';
import type { Command } from 'commander';
import {
  type KnownGroup,
  knownGroups,
  type MirrorGroup,
  mirrors,
  type StreamGroup,
  unknownGroup,
  workQueues,
} from '../../groups/known-groups.ts';
import { readMirrorLag } from '../../groups/mirror-lag.ts';
import { readQueueLag } from '../../groups/queue-lag.ts';
import { examples } from '../../terminal/example-help.ts';
import { section } from '../../terminal/output.ts';
import type { CommandContext, Run } from '../../terminal/run-command.ts';
import { formatAge, formatMoment } from '../../terminal/units.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `For a group that reads a stream: each partition's checkpoint, its newest offset, the lag in messages, and the lag in time
(the age of the oldest message that the group has not applied). For a consumer of a work queue: its queues, with messages
that are ready, unacknowledged, waiting for a retry, and parked. For the bridge to NATS and the archiver: the offsets that
JetStream and the archive have.

Exit code 6 if a partition is refused, if there are events and no member, or if the server that knows did not answer.`,
    )
    .argument('<any-group>', 'a group from `gavel groups ls`')
    .addHelpText(
      'after',
      examples(
        ['gavel groups show user-stats', 'its checkpoints and its members'],
        ['gavel groups show notifications', 'its queues'],
      ),
    )
    .action((name: string, _, command: Command) =>
      run(command, async (context) => {
        const group = knownGroups.find((each) => each.name === name);
        const queue = workQueues.find((each) => each.name === name);
        if (group !== undefined) await showStreamGroup(context, group);
        else if (queue !== undefined) await showWorkQueue(context, queue);
        else await showMirror(context, requireMirror(name));
      }),
    );
}

async function showStreamGroup(context: CommandContext, group: StreamGroup): Promise<void> {
  const { session, output, foundProblem } = context;
  const { name } = group;
  const pool = session.pool(group.database);
  const broker = { inspector: await session.inspector(), reader: session.reader() };
  const partitions = await readLag(broker, pool, group);
  const members = await activeMembers(pool, name);
  const { stream } = group;
  const [subscription = ''] = await group.subscriptions();
  output.answer(
    { group: name, stream, subscription, partitions, members },
    [
      formatLag(`${name} reads ${subscription} of ${stream}`, partitions, members.length),
      '',
      section(
        'Members',
        ['MEMBER', 'PARTITIONS', 'SINCE', 'HEARTBEAT'],
        members.map((each) => [
          `${each.host}:${each.pid}`,
          each.partitions.join(' '),
          formatMoment(each.startedAt),
          formatMoment(each.heartbeatAt),
        ]),
        'none active',
      ),
    ].join('\n'),
  );
  const isEmpty = members.length === 0 && partitions.some(({ lagMessages }) => lagMessages > 0n);
  if (isEmpty || partitions.some(({ problem }) => problem !== null)) foundProblem();
}

async function showWorkQueue(
  { session, output, foundProblem }: CommandContext,
  group: KnownGroup,
): Promise<void> {
  const { name } = group;
  const subscriptions = output.json ? await group.subscriptions() : [];
  const lag = await readQueueLag(session, name);
  const pool = session.pool(group.database);
  const parked = await countParked(pool, name);
  const queue = queueNames(name).main;
  const paused = (await readPauses(pool, name))(queue);
  output.answer(
    { group: name, subscriptions, ...lag, paused, parked },
    [
      section(
        `${name} consumes the queue ${queue}${paused ? ', and is paused' : ''}`,
        ['QUEUE', 'ROLE', 'READY', 'UNACKED', 'MEMBERS'],
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
      `${parked} parked in its database, see \`gavel dead-letters ls\`. --json shows its subscriptions.`,
    ].join('\n'),
  );
  if (lag.problem !== null || (!paused && lag.members === 0 && (lag.lagMessages ?? 0) > 0)) foundProblem();
}

async function showMirror(
  { session, output, foundProblem }: CommandContext,
  group: MirrorGroup,
): Promise<void> {
  const { name, streams, to } = group;
  const lag = await readMirrorLag(session, group);
  const text =
    lag.state === 'known'
      ? formatLag(
          `${name} ${to === 'nats' ? 'mirrors' : 'copies'} ${streams.join(' and ')} into ${to === 'nats' ? 'NATS JetStream' : 'the archive'}`,
          lag.partitions,
        )
      : lag.state === 'off'
        ? `${name} is off: ${to === 'nats' ? 'NATS_URL is not set. `make up NATS=1` starts NATS and the bridge.' : 'ARCHIVE_LOCATION is not set.'}`
        : `The lag of ${name} is unknown. ${lag.problem}`;
  output.answer({ group: name, streams, ...lag }, text);
  const isWrong = lag.state === 'known' && lag.partitions.some(({ problem }) => problem !== null);
  if (isWrong || lag.state === 'unknown') foundProblem();
}

function requireMirror(name: string): MirrorGroup {
  const found = mirrors.find((each) => each.name === name);
  if (found === undefined) throw unknownGroup(name);
  return found;
}

/** @param members the number of active members, or undefined when nobody counts them */
function formatLag(title: string, partitions: readonly PartitionLag[], members?: number): string {
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
      each.problem ?? partitionState(each, members),
    ]),
    'no partitions',
  );
}

function partitionState({ lagMessages, paused }: PartitionLag, members: number | undefined): string {
  if (members === 0 && lagMessages > 0n) return 'empty';
  return paused ? 'paused' : 'ok';
}
