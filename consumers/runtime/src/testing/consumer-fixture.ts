import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { consumerRuntimeMigrations } from '../consumer-process.ts';
import { type RunningConsumer, type StartConsumerOptions, startConsumer } from '../start-consumer.ts';
import { type ForeignProducer, openForeignProducer } from './foreign-producer.ts';
import { createAppliedTable } from './recording-consumer.ts';

/** What a consumer test file stands on. */
export interface ConsumerFixture {
  readonly database: TestDatabase;
  readonly producer: ForeignProducer;
  /** Starts a consumer that is stopped after the test. */
  start(options: Pick<StartConsumerOptions, 'definition'> & Partial<StartConsumerOptions>): RunningConsumer;
}

/** A database and a virtual host for the test file it is called in, removed at its end. */
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
      return made(parts.database);
    },
    get producer() {
      return made(parts.producer);
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

function made<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('only inside a test');
  return part;
}
