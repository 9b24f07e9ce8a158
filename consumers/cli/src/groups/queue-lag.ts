import { queueNames } from '@gavel/consumer-runtime/queues';
import type { Session } from '../connections/session.ts';
import { type BrokerQueue, readQueues } from '../streams/broker-queues.ts';
import { reasonOf } from '../terminal/reason-of.ts';

/** One of the queues of a queue consumer. */
export interface QueueFacts extends BrokerQueue {
  /** `work` holds new events, `retry` events that wait for a retry, `parked` messages that were given up. */
  readonly role: 'work' | 'retry' | 'parked';
}

/** The lag of a queue consumer, or why it is unknown. */
export interface QueueLag {
  readonly queues: readonly QueueFacts[];
  /** Consumers of the work queue, as the broker counts them. */
  readonly members: number | null;
  /** Events that are neither handled nor parked: ready, unacknowledged, or waiting for a retry. */
  readonly lagMessages: number | null;
  readonly problem: string | null;
}

/** Asks the broker, which counts every few seconds only. Does not throw while its management API is unavailable. */
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
    const unhandled = queues.filter(({ role }) => role !== 'parked');
    return {
      queues: queues.toSorted(
        (a, b) => order.indexOf(a.role) - order.indexOf(b.role) || delayOf(a) - delayOf(b),
      ),
      members: work?.consumers ?? null,
      lagMessages:
        work === undefined ? null : unhandled.reduce((sum, queue) => sum + queue.ready + queue.inHand, 0),
      problem: work === undefined ? `the queue ${names.main} is missing` : null,
    };
  } catch (error) {
    return { queues: [], members: null, lagMessages: null, problem: reasonOf(error) };
  }
}

const order: readonly QueueFacts['role'][] = ['work', 'retry', 'parked'];

/** The delay in the name of a retry queue. */
function delayOf({ name }: QueueFacts): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}
