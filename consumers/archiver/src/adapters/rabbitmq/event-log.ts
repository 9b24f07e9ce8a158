import { messageFingerprint } from '@gavel/consumer-runtime/checkpoint';
import { type Delivery, type Subscription, SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';
import { type EventLog, type LogMessage, LogRefused, type Reading } from '../../application/ports.ts';

/** The RabbitMQ streams as archivers read them: as a group, so that one archiver reads a partition at a time. */
export function createEventLog(url: string, group: string): EventLog {
  const source = createStreamSource(url, group);
  return {
    async join(stream, partition) {
      const member = await source.join(partition, { name: group, stream });
      return {
        whenActive: (from, signal) =>
          translateRefusal(async () => {
            const subscription = await member.whenActive(from, signal);
            return subscription && toReading(subscription);
          }),
        close: () => member.close(),
      };
    },
    oldestStoredAt: (partition) => source.oldestStoredAt(partition),
    close: () => source.close(),
  };
}

function toReading(subscription: Subscription): Reading {
  return {
    take: (limit) => translateRefusal(async () => (await subscription.take(limit))?.map(toMessage)),
    get newestOffset() {
      return subscription.newestOffset;
    },
    get oldestWaiting() {
      return subscription.oldestWaiting;
    },
    close: () => subscription.close(),
  };
}

function toMessage(delivery: Delivery): LogMessage {
  const { offset, storedAt, content } = delivery;
  if (content.bytes === undefined) throw new TypeError(`the message at offset ${offset} has no bytes`);
  return {
    offset,
    storedAt,
    fingerprint: messageFingerprint(delivery),
    bytes: content.bytes,
    ...(!content.ok && { problem: content.problem }),
  };
}

async function translateRefusal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SubscriptionRefused)) throw error;
    const { refusal } = error;
    throw new LogRefused(
      refusal.reason === 'retention-passed'
        ? { reason: 'removed', first: refusal.first }
        : { reason: 'shorter' },
      error.message,
      error,
    );
  }
}
