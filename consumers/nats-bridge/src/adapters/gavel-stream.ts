import { SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';
import { type EventLog, LogRefused, type Reading } from '../application/event-log.ts';

/** The consumer runtime's stream source as the bridge reads it: outside of any group, from positions of the bridge's own. */
export function createGavelStream(url: string, name: string): EventLog {
  const source = createStreamSource(url, name);
  return {
    read: (partition, after) =>
      translated(async (): Promise<Reading> => {
        const subscription = await source.subscribe(partition, after === null ? 'first' : { after });
        return {
          take: (limit) => translated(() => subscription.take(limit)),
          close: () => subscription.close(),
          get newestOffset() {
            return subscription.newestOffset;
          },
          get oldestWaiting() {
            return subscription.oldestWaiting;
          },
        };
      }),
    close: () => source.close(),
  };
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SubscriptionRefused)) throw error;
    const passed = error.refusal.reason === 'retention-passed';
    throw new LogRefused(passed ? 'retention-passed' : 'made-anew', error.message);
  }
}
