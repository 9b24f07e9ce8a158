import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { consumerRuntimeMigrations } from '../consumer-process.ts';
import { type RunningConsumer, type StartConsumerOptions, startConsumer } from '../start-consumer.ts';
import { type ForeignProducer, openForeignProducer } from './foreign-producer.ts';
import { createAppliedTable } from './recording-consumer.ts';

/** The database, producer and consumers of a test file. */
export interface ConsumerFixture {
  readonly database: TestDatabase;
  readonly producer: ForeignProducer;
  /** Starts a consumer that is stopped after the test. */
  start(options: Pick<StartConsumerOptions, 'definition'> & Partial<StartConsumerOptions>): RunningConsumer;
}

/** Creates a database and a virtual host for the test file, and removes them at its end. */
export function useConsumerFixture(): ConsumerFixture {
  const running: RunningConsumer[] = [];
  const parts: { database?: TestDatabase; producer?: ForeignProducer } = {};
  beforeAll(async () => {
    [parts.database, parts.producer] = await Promise.all([
      createTestDatabase([consumerRuntimeMigrations]),
      openForeignProducer(),
    ]);
    await createAppliedTable(parts.database.pool);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((consumer) => consumer.stop()));
  });
  afterAll(async () => {
    await parts.producer?.close();
    await parts.database?.drop();
  });
  const fixture: ConsumerFixture = {
    get database() {
      return requireCreated(parts.database);
    },
    get producer() {
      return requireCreated(parts.producer);
    },
    start(options) {
      const { pool } = fixture.database;
      const consumer = startConsumer({ pool, streamUrl: fixture.producer.urls.streamUrl, ...options });
      running.push(consumer);
      return consumer;
    },
  };
  return fixture;
}

function requireCreated<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('available only inside a test');
  return part;
}
