import { queueNames } from '@gavel/consumer-runtime/queues';
import type { Session } from '../connections/session.ts';
import { type BrokerQueue, readQueues } from '../streams/broker-queues.ts';
import { reasonOf } from '../terminal/explain-error.ts';

/** One of the queues of a work queue's consumer. */
export interface QueueFacts extends BrokerQueue {
  /** What it is for: new events, events that wait for their next try, messages that were parked. */
  readonly role: 'work' | 'retry' | 'parked';
}

/** How a work queue stands, or why nobody can tell. */
export interface QueueLag {
  readonly queues: readonly QueueFacts[];
  /** Consumers that the broker has on the queue. */
  readonly members: number | null;
  /** Events that are not settled: waiting, in hand, or waiting for their next try. */
  readonly lagMessages: number | null;
  readonly problem: string | null;
}

/** Asks the broker, which counts every few seconds only. Never throws because its management API is away. */
export async function readQueueLag(session: Session, consumer: string): Promise<QueueLag> {
  const names = queueNames(consumer);
  try {
    const all = await readQueues(session.url('MANAGEMENT_URL'), session.url('STREAM_URL'));
    const queues = all.flatMap((queue): QueueFacts[] => {
      if (queue.name === names.main) return [{ ...queue, role: 'work' }];
      if (queue.name === names.parked) return [{ ...queue, role: 'parked' }];
      return queue.name.startsWith(`${names.main}.retry.`) ? [{ ...queue, role: 'retry' }] : [];
    });
    const work = queues.find(({ role }) => role === 'work');
    const unsettled = queues.filter(({ role }) => role !== 'parked');
    return {
      queues: queues.toSorted(
        (a, b) => order.indexOf(a.role) - order.indexOf(b.role) || stepOf(a) - stepOf(b),
      ),
      members: work?.consumers ?? null,
      lagMessages:
        work === undefined ? null : unsettled.reduce((sum, queue) => sum + queue.ready + queue.inHand, 0),
      problem: work === undefined ? `the queue ${names.main} is missing` : null,
    };
  } catch (error) {
    return { queues: [], members: null, lagMessages: null, problem: reasonOf(error) };
  }
}

const order: readonly QueueFacts['role'][] = ['work', 'retry', 'parked'];

function stepOf({ name }: QueueFacts): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}
