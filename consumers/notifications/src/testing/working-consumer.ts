import { startQueueConsumer } from '@gavel/consumer-runtime/start-queue-consumer';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { notificationsConsumer } from '../consumer.ts';
import type { NotificationsFixture } from './notifications-fixture.ts';

/** Starts the consumer on a fixture's queue and database, without mail; resolves when it is ready. */
export async function startWorkingConsumer({
  database,
  amqpUrl,
}: NotificationsFixture): Promise<{ stop(): Promise<void> }> {
  const definition = notificationsConsumer({ mail: false });
  const consumer = startQueueConsumer({ definition, pool: database.pool, amqpUrl });
  await eventually(() => consumer.check());
  return consumer;
}
