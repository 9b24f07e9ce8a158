import { countParked } from '@gavel/consumer-runtime/consumer-group';
import { defaultDelaysMs, type QueueConsumerDefinition } from '@gavel/consumer-runtime/define-queue-consumer';
import { observeQueue } from '@gavel/consumer-runtime/observe-partitions';
import { queueNames } from '@gavel/consumer-runtime/queues';
import type { Pool } from '@gavel/postgres/pool';
import { inspectQueues, type QueueInspector } from '@gavel/rabbitmq/queue-inspector';
import { startLoop } from '@gavel/resilience';
import type { WatchedGroup } from './watched-group.ts';

export interface QueueGroupOptions {
  readonly definition: QueueConsumerDefinition;
  readonly pool: Pool;
  readonly amqpUrl: string;
  readonly measureMs: number;
}

/**
 * Reports the messages that are ready in the queues of a consumer, its retries included. A member adds what it holds in
 * its hands, so its own value is never below this one.
 */
export function watchQueueGroup({ definition, pool, amqpUrl, measureMs }: QueueGroupOptions): WatchedGroup {
  const { name } = definition;
  const names = queueNames(name);
  const delays = definition.onFailure?.delaysMs ?? defaultDelaysMs;
  const queues = [names.main, ...delays.map((delay) => names.retry(delay))];
  let inspector: QueueInspector | undefined;
  let waiting: number | undefined;
  let problem: unknown = new Error('not measured yet');

  const measure = async (): Promise<number> => {
    inspector ??= await inspectQueues(amqpUrl, 'group-watch');
    let sum = 0;
    // A queue that was never declared holds nothing.
    for (const queue of queues) sum += (await inspector.count(queue)) ?? 0;
    return sum;
  };
  const loop = startLoop(`group-watch ${name}`, async () => {
    try {
      waiting = await measure();
      problem = undefined;
      return measureMs;
    } catch (error) {
      waiting = undefined;
      problem = error;
      const lost = inspector;
      inspector = undefined;
      await lost?.close();
      throw error;
    }
  });
  const stopMetrics = observeQueue(
    () => (waiting === undefined ? undefined : { consumer: name, queue: names.main, waiting, inHand: 0 }),
    () => countParked(pool, name),
  );
  return {
    name,
    lag: () => waiting ?? 0,
    problem: () => problem,
    async stop() {
      stopMetrics();
      await loop.stop();
      await inspector?.close();
    },
  };
}
