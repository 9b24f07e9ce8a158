import { randomBytes } from 'node:crypto';
import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import type { Pool } from '@gavel/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { type EventEnvelope, fromHeaders } from '@gavel/proto/envelope';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import type { StreamName } from '@gavel/proto/topology';
import { readStreamMessages } from '@gavel/rabbitmq/testing/read-stream-messages';
import amqp, { type ChannelModel } from 'amqplib';
import { v7 as uuidv7 } from 'uuid';
import { inject } from 'vitest';
import { append } from '../append/append.ts';
import { outboxMigrations } from '../migrations.ts';
import { type Relay, type RelayOptions, startRelay } from '../relay/start-relay.ts';

/** A database and a vhost that belong to one test file, with what most outbox tests need. */
export interface EventRig {
  readonly database: TestDatabase;
  readonly pool: Pool;
  readonly urls: InfrastructureUrls;
  /** Options for a relay of this rig's outbox. */
  readonly relayOptions: RelayOptions;
  /** Starts a relay in this process. It is stopped at the end of the file, unless the test stops it before. */
  relay(options?: Partial<RelayOptions>): Relay;
  /** All events of a stream, in stream order within each partition. */
  readStream(stream?: StreamName): Promise<StoredEvent[]>;
  /** Runs `work` with a connection to the vhost. */
  withBroker<T>(work: (connection: ChannelModel) => Promise<T>): Promise<T>;
  drop(): Promise<void>;
}

export interface StoredEvent extends EventEnvelope {
  readonly partition: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export async function createEventRig(urls: InfrastructureUrls = inject('infrastructure')): Promise<EventRig> {
  const vhost = `outbox-${randomBytes(6).toString('hex')}`;
  const database = await createTestDatabase([outboxMigrations], urls.postgresUrl);
  const own = await createVhost(urls, vhost);
  const relays = new Set<Relay>();
  const relayOptions: RelayOptions = {
    outbox: 'bids',
    databaseUrl: database.url,
    amqpUrl: own.amqpUrl,
    streamUrl: own.streamUrl,
    retentionSeconds: 3600,
  };
  const withBroker: EventRig['withBroker'] = async (work) => {
    const connection = await amqp.connect(own.amqpUrl);
    connection.on('error', () => undefined);
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  };
  return {
    database,
    pool: database.pool,
    urls: own,
    relayOptions,
    relay(options = {}) {
      const relay = startRelay({ ...relayOptions, ...options });
      const stop = relay.stop;
      relays.add(relay);
      relay.stop = async () => {
        if (relays.delete(relay)) await stop();
      };
      return relay;
    },
    readStream: async (stream = 'gavel.bids') =>
      (await readStreamMessages(own.amqpUrl, stream)).flatMap(({ partition, headers }) => {
        const parsed = fromHeaders(headers);
        return parsed.ok ? [{ ...parsed.envelope, partition, headers }] : [];
      }),
    withBroker,
    async drop() {
      for (const relay of relays) await relay.stop();
      await database.drop();
      await deleteVhost(urls.managementUrl, vhost);
    },
  };
}

/** Appends `BidPlaced` events with the given sequences to one aggregate, in an open transaction. */
export async function appendBids(tx: Transaction, itemId: string, ...sequences: number[]): Promise<void> {
  await append(
    tx,
    sequences.map((sequence) => ({
      schema: BidPlacedSchema,
      body: { bidId: uuidv7(), itemId, amount: BigInt(sequence) },
      aggregateId: itemId,
      sequence: BigInt(sequence),
    })),
  );
}

/** The same in a transaction of its own, which commits. */
export async function commitBids(pool: Pool, itemId: string, ...sequences: number[]): Promise<void> {
  await transaction(pool, (tx) => appendBids(tx, itemId, ...sequences));
}
