import { createPool } from '@gavel/postgres/pool';
import type { ClientConfig } from 'pg';
import {
  DatabaseSetup,
  getDisabledLogger,
  initializeMessageStorage,
  initializePollingMessageListener,
  type PollingListenerConfig,
} from 'pg-transactional-outbox';
import { type Job, type Peer, type PeerEvent, sharedClock } from './peer.ts';

// Each message is handled in its own transaction, so a handler that publishes needs more concurrent transactions.
const CONNECTIONS = { nothing: 20, publish: 80 } as const;
const BATCH_SIZE = { nothing: 100, publish: 200 } as const;
const POLL_MS = 10;
const APPENDED_AT_ONCE = 500;
const NEXT_MESSAGES = 'next_outbox_messages';

const configFor = (connectionString: string, job: Job): PollingListenerConfig => {
  // The library also passes this to a pg.Pool, which reads `max`.
  const connection: ClientConfig & { max: number } = { connectionString, max: CONNECTIONS[job] };
  return {
    outboxOrInbox: 'outbox',
    dbListenerConfig: connection,
    settings: {
      dbSchema: 'public',
      dbTable: 'outbox',
      enableMaxAttemptsProtection: false,
      enablePoisonousMessageProtection: false,
      messageCleanupIntervalInMs: 0,
      nextMessagesFunctionName: NEXT_MESSAGES,
      nextMessagesBatchSize: BATCH_SIZE[job],
      nextMessagesPollingIntervalInMs: POLL_MS,
    },
  };
};

/**
 * Uses the polling listener. The logical replication listener (0.5.7) is faster, but here it logged 26 MESSAGE_NOT_FOUND for at
 * most 400 events at 200 per second, and acknowledged them as done. Presumably it reads a message's row before the writer's
 * commit is visible.
 */
export const pgTransactionalOutbox: Peer = {
  name: 'pg-transactional-outbox',
  settings:
    `polling listener every ${POLL_MS} ms, nextMessagesBatchSize ${BATCH_SIZE.nothing} (publishing ${BATCH_SIZE.publish}), messages "parallel" (without order), ` +
    `${CONNECTIONS.nothing} (${CONNECTIONS.publish}) connections, poisonous-message and max-attempts protection off as it advises for an outbox; ` +
    `backlog by its message storage, ${APPENDED_AT_ONCE} in a transaction`,
  async open({ databaseUrl }) {
    const pool = createPool({ connectionString: databaseUrl, applicationName: 'bench' });
    const { pathname, username } = new URL(databaseUrl);
    const setup = {
      outboxOrInbox: 'outbox' as const,
      database: pathname.slice(1),
      schema: 'public',
      table: 'outbox',
      listenerRole: username,
      nextMessagesName: NEXT_MESSAGES,
    };
    await pool.query(DatabaseSetup.dropAndCreateTable(setup));
    await pool.query(DatabaseSetup.createPollingFunction(setup));
    await pool.query(DatabaseSetup.setupPollingIndexes(setup));
    const store = initializeMessageStorage(configFor(databaseUrl, 'nothing'), getDisabledLogger());
    const write = async (events: readonly PeerEvent[]): Promise<void> => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        for (const { id, aggregateId, payload } of events) {
          const facts = { aggregateType: 'auction', aggregateId, messageType: 'bid_placed' };
          await store({ ...facts, id, payload, concurrency: 'parallel' }, client);
        }
        await client.query('COMMIT');
      } finally {
        client.release();
      }
    };
    return {
      async append(events) {
        for (let start = 0; start < events.length; start += APPENDED_AT_ONCE)
          await write(events.slice(start, start + APPENDED_AT_ONCE));
      },
      async commit(event) {
        await write([event]);
        return { id: event.id, at: sharedClock() };
      },
      close: () => pool.end(),
    };
  },
  async work({ databaseUrl }, handle, job) {
    const [shutdown] = initializePollingMessageListener(
      configFor(databaseUrl, job),
      { handle: ({ id, payload }) => handle(id, payload) },
      getDisabledLogger(),
    );
    return shutdown;
  },
};
