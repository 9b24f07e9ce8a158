import { queueNames } from '@gavel/consumer-runtime/queues';
import { UNROUTED_QUEUE } from '@gavel/proto/topology';
import { inspectQueues, type QueueInspector } from '@gavel/rabbitmq/queue-inspector';
import { CommandFailure } from '../command-failure.ts';
import type { Session } from '../connections/session.ts';
import { queueGroupNames } from '../groups/group-names.ts';

/** A queue from which no process of Gavel consumes. */
export interface SideQueue {
  readonly queue: string;
  /** Why messages are in it. */
  readonly holds: string;
  /** The consumer that parked the messages; null for events without a subscriber. */
  readonly group: string | null;
}

/** All of them. Each message is stored elsewhere too: an event in its stream, a parked message in `dead_letters`. */
export const sideQueues: readonly SideQueue[] = [
  { queue: UNROUTED_QUEUE, holds: 'events that no queue was bound for', group: null },
  ...queueGroupNames.map((group) => ({
    queue: queueNames(group).parked,
    holds: `messages that ${group} has parked`,
    group,
  })),
];

/** A queue by its name. Throws `notFound` with the names that exist. */
export function requireSideQueue(name: string): SideQueue {
  const found = sideQueues.find(({ queue }) => queue === name);
  if (found !== undefined) return found;
  throw new CommandFailure(
    'notFound',
    `no queue ${name} that can be looked into`,
    `The queues are ${sideQueues.map(({ queue }) => queue).join(', ')}. Other queues hold events that will be handled.`,
  );
}

/** Runs `work` with a connection that is closed afterwards. */
export async function withQueues<T>(
  session: Session,
  work: (queues: QueueInspector) => Promise<T>,
): Promise<T> {
  const queues = await inspectQueues(session.url('AMQP_URL'), 'gavel command line');
  try {
    return await work(queues);
  } finally {
    await queues.close();
  }
}

/** The number of messages in a queue. Throws `notFound` if the broker has no such queue. */
export async function requireCount(queues: QueueInspector, name: string): Promise<number> {
  const count = await queues.count(name);
  if (count !== undefined) return count;
  throw new CommandFailure(
    'notFound',
    `the broker has no queue ${name}`,
    'A running relay or consumer declares it.',
  );
}
