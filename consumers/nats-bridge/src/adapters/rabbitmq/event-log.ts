import { SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';
import { type EventLog, LogRefused, type Reading } from '../../application/ports.ts';

/** The RabbitMQ streams as the bridge reads them: outside of any group, because the bridge keeps its own positions. */
export function createEventLog(url: string, name: string): EventLog {
  const source = createStreamSource(url, name);
  return {
    read: (partition, after) =>
      translateRefusal(async (): Promise<Reading> => {
        const subscription = await source.subscribe(partition, after === null ? 'first' : { after });
        return {
          take: (limit) => translateRefusal(() => subscription.take(limit)),
          close: () => subscription.close(),
          get newestOffset() {
            return subscription.newestOffset;
          },
          get oldestWaiting() {
            return subscription.oldestWaiting;
          },
        };
      }),
    measure: async (partition) => ({
      newest: await source.newestOffset(partition),
      oldest: await source.oldestStoredAt(partition),
    }),
    close: () => source.close(),
  };
}

async function translateRefusal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SubscriptionRefused)) throw error;
    const hasPassed = error.refusal.reason === 'retention-passed';
    throw new LogRefused(hasPassed ? 'retention-passed' : 'recreated', error.message);
  }
}
