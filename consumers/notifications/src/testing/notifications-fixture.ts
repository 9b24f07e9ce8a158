import { randomUUID } from 'node:crypto';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { publishToExchange, type TopicMessage } from '@gavel/consumer-runtime/testing/topic-publisher';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { inject } from 'vitest';
import { notificationsProcess } from '../process.ts';
import type { EventMessage } from './event-message.ts';

/** A database and a virtual host of one test file. */
export interface NotificationsFixture {
  readonly database: TestDatabase;
  readonly amqpUrl: string;
  publish(...events: TopicMessage[]): Promise<void>;
  /** A person's notifications, as `kind by event id`, sorted. */
  told(userId: string): Promise<string[]>;
  /** Resolves when the person has exactly these notifications. */
  expectTold(userId: string, ...notices: string[]): Promise<void>;
  /** Resolves when all of these events have been handled. */
  untilHandled(...events: readonly EventMessage[]): Promise<void>;
  close(): Promise<void>;
}

export async function openNotificationsFixture(
  expectEqual: (actual: string[], expected: string[]) => void,
): Promise<NotificationsFixture> {
  const urls = inject('infrastructure');
  const vhost = `test-${randomUUID()}`;
  const [database, { amqpUrl }] = await Promise.all([
    createTestDatabase(notificationsProcess.database.migrations),
    createVhost(urls, vhost),
  ]);
  const told = async (userId: string): Promise<string[]> => {
    const { rows } = await database.pool.query<{ kind: string; event_id: string }>(
      'SELECT kind, event_id FROM notifications WHERE user_id = $1',
      [userId],
    );
    return rows.map((row) => `${row.kind} by ${row.event_id}`).toSorted();
  };
  return {
    database,
    amqpUrl,
    publish: (...events) => publishToExchange(amqpUrl, events),
    told,
    expectTold: (userId, ...notices) =>
      eventually(async () => expectEqual(await told(userId), notices.toSorted())),
    untilHandled: (...events) =>
      eventually(async () => {
        const ids = events.map(({ id }) => id);
        const { rows } = await database.pool.query(
          'SELECT event_id FROM processed_events WHERE event_id = ANY ($1::uuid[])',
          [ids],
        );
        if (rows.length < ids.length) throw new Error(`${rows.length} of ${ids.length} events are handled`);
      }),
    async close() {
      await database.drop();
      await deleteVhost(urls.managementUrl, vhost);
    },
  };
}
