import { archiverProcess } from '@gavel/archiver/process';
import type { ConsumerDefinition } from '@gavel/consumer-runtime/define-consumer';
import type { QueueConsumerDefinition } from '@gavel/consumer-runtime/define-queue-consumer';
import { natsBridgeProcess } from '@gavel/nats-bridge/process';
import { consumerProcesses, type DatabaseName } from '@gavel/processes';
import type { StreamName } from '@gavel/proto/topology';
import { CommandFailure } from '../command-failure.ts';
import { streamNames } from '../streams/stream-names.ts';
import { groupNames } from './group-names.ts';

/** A group that reads a stream, or a consumer of a work queue. */
export interface KnownGroup {
  readonly name: string;
  /** Null for a consumer of a work queue. */
  readonly stream: StreamName | null;
  /** Holds its processed events, dead letters and projection, and the checkpoints if it reads a stream. */
  readonly database: DatabaseName;
  /** Its definition, so that the command line can pass events to its handler. Its file is loaded only when it is asked for. */
  definition(): Promise<ConsumerDefinition>;
  /** The subjects that it takes, in NATS form. */
  subscriptions(): Promise<readonly string[]>;
}

export interface StreamGroup extends KnownGroup {
  readonly stream: StreamName;
}

/** A process that copies the streams to another place. It stores its offsets there and has no database. */
export interface MirrorGroup {
  readonly name: string;
  readonly streams: readonly StreamName[];
  readonly to: 'nats' | 'archive';
}

// A new consumer is listed in @gavel/processes and needs no line here.

/** Every consumer group that reads a stream. */
export const knownGroups: readonly StreamGroup[] = consumerProcesses.flatMap(
  ({ group, consumer, database }) =>
    group.reads === 'queue'
      ? []
      : {
          name: group.name,
          stream: group.stream,
          database: database.name,
          definition: async () => toConsumer(await consumer()),
          subscriptions: async () => [group.subscription],
        },
);

/** Every consumer of a work queue. */
export const workQueues: readonly KnownGroup[] = consumerProcesses.flatMap(({ group, consumer, database }) =>
  group.reads === 'stream'
    ? []
    : {
        name: group.name,
        stream: null,
        database: database.name,
        definition: async () => toConsumer(await consumer()),
        subscriptions: async () => {
          const definition = await consumer();
          return 'subscriptions' in definition ? definition.subscriptions : [definition.subscription];
        },
      },
);

export const natsBridge: MirrorGroup = { name: natsBridgeProcess.name, streams: streamNames, to: 'nats' };

/** Every process that copies the streams. */
export const mirrors: readonly MirrorGroup[] = [
  natsBridge,
  { name: archiverProcess.name, streams: streamNames, to: 'archive' },
];

/**
 * A group that reads a stream from checkpoints in its database. Throws `refused` with the reason for a group without such
 * checkpoints, and `notFound` with the names that exist.
 */
export function requireGroup(name: string): StreamGroup {
  const found = knownGroups.find((each) => each.name === name);
  if (found !== undefined) return found;
  if (workQueues.some((each) => each.name === name)) {
    throw new CommandFailure(
      'refused',
      `${name} consumes a queue, which keeps no messages that were handled, so it has no offset to move`,
      'See `gavel groups show` for its queues and `gavel dead-letters ls` for what it could not handle.',
    );
  }
  if (natsBridge.name === name) {
    throw new CommandFailure(
      'refused',
      `${name} stores its offsets in NATS JetStream, in the last message of each stream`,
      'To mirror a stream again from its start, see consumers/nats-bridge/README.md.',
    );
  }
  if (mirrors.some((each) => each.name === name)) {
    throw new CommandFailure(
      'refused',
      `${name} stores its offsets in the archive, in the names of its segments`,
      'To archive a partition again, see consumers/archiver/README.md.',
    );
  }
  throw unknownGroup(name);
}

/** A group that reads a stream or consumes a queue. Throws `refused` for the bridge to NATS, and `notFound` with the names that exist. */
export function requireConsumer(name: string): KnownGroup {
  const found = [...knownGroups, ...workQueues].find((each) => each.name === name);
  if (found !== undefined) return found;
  if (natsBridge.name !== name) throw unknownGroup(name);
  throw new CommandFailure(
    'refused',
    `${name} has no database that could hold a pause`,
    `\`make stop NAME=${name}\` stops it, and \`make start NAME=${name}\` lets it continue where it was.`,
  );
}

/** The failure for a name that no group has. */
export function unknownGroup(name: string): CommandFailure {
  return new CommandFailure('notFound', `no group ${name}`, `The groups are ${groupNames.join(', ')}.`);
}

async function toConsumer(
  definition: ConsumerDefinition | QueueConsumerDefinition,
): Promise<ConsumerDefinition> {
  if ('stream' in definition) return definition;
  const { asConsumer } = await import('@gavel/consumer-runtime/define-queue-consumer');
  return asConsumer(definition);
}
