import type { ConsumerDefinition } from '@gavel/consumer-runtime/define-consumer';
import { asConsumer, type QueueConsumerDefinition } from '@gavel/consumer-runtime/define-queue-consumer';
import { consumerProcesses, type DatabaseName } from '@gavel/processes';
import { type StreamName, streams } from '@gavel/proto/topology';
import { CommandFailure } from '../command-failure.ts';

/** A group whose declaration this command line knows, so that it can hand events to its handler. */
export interface KnownGroup {
  readonly name: string;
  readonly definition: ConsumerDefinition;
  /** Which subjects it takes, in NATS form. */
  readonly subscriptions: readonly string[];
  /** Where its processed events, dead letters and projection are, and the checkpoints of one that reads a stream. */
  readonly database: DatabaseName;
}

/** The group that copies the streams into NATS JetStream, if it runs. Its checkpoint is there, and it has no database. */
export interface MirrorGroup {
  readonly name: string;
  readonly streams: readonly StreamName[];
}

const declared = await Promise.all(
  consumerProcesses.map(async ({ consumer, database }) => ({
    definition: await consumer(),
    database: database.name,
  })),
);

/** Every consumer group that reads a stream. */
export const knownGroups: readonly KnownGroup[] = declared.flatMap(({ definition, database }) =>
  'stream' in definition ? [streamGroup(definition, database)] : [],
);

/** Every consumer that works on a queue of the topic exchange. */
export const workQueues: readonly KnownGroup[] = declared.flatMap(({ definition, database }) =>
  'stream' in definition ? [] : [queueGroup(definition, database)],
);

export const natsBridge: MirrorGroup = {
  name: 'nats-bridge',
  streams: Object.keys(streams) as StreamName[],
};

/** Every name that `gavel groups ls` shows. */
export const groupNames: readonly string[] = [
  ...[...knownGroups, ...workQueues].map(({ name }) => name),
  natsBridge.name,
];

/**
 * A group that reads a stream from a checkpoint in its database. Throws `refused` for one that has no such places, saying
 * why, and `notFound`, naming those there are.
 */
export function requireGroup(name: string): KnownGroup {
  const found = knownGroups.find((each) => each.name === name);
  if (found !== undefined) return found;
  if (workQueues.some((each) => each.name === name)) {
    throw new CommandFailure(
      'refused',
      `${name} works on a queue: what it has handled is gone from there, so it has no places to go back to`,
      '`gavel groups show` tells how it stands; what it could not handle is in `gavel dead-letters ls`.',
    );
  }
  if (natsBridge.name === name) {
    throw new CommandFailure(
      'refused',
      `${name} keeps its place in NATS JetStream, in its last message`,
      'To mirror anew, stop it and remove the JetStream stream; consumers/nats-bridge/README.md tells.',
    );
  }
  throw noGroup(name);
}

/** Names those there are. */
export function noGroup(name: string): CommandFailure {
  return new CommandFailure('notFound', `no group ${name}`, `There are: ${groupNames.join(', ')}.`);
}

function streamGroup(definition: ConsumerDefinition, database: DatabaseName): KnownGroup {
  return { name: definition.name, definition, subscriptions: [definition.subscription], database };
}

function queueGroup(definition: QueueConsumerDefinition, database: DatabaseName): KnownGroup {
  const { name, subscriptions } = definition;
  return { name, definition: asConsumer(definition), subscriptions, database };
}
