import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../application/dead-letter.ts';
import { consumerRuntimeMigrations } from '../../consumer-process.ts';
import { park } from './dead-letters.ts';
import { claimNewEvents } from './processed-events.ts';
import { lockDeadLetter } from './stored-dead-letters.ts';

describe('parking in a recreated stream, where an offset holds another message', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase([consumerRuntimeMigrations]);
  });
  afterAll(() => database.drop());

  const deadLetter = (offset: bigint, sequence: number, eventId?: string): DeadLetter => ({
    offset,
    eventId,
    aggregateId: 'item',
    headers: { cloudEvents_sequence: String(sequence) },
    body: Buffer.from('body'),
    reason: eventId === undefined ? 'malformed_envelope' : 'handler_failed',
    error: 'broken',
    attempts: 1,
  });
  const parkAll = (consumer: string, ...deadLetters: DeadLetter[]) =>
    transaction(database.pool, async (tx) => {
      const ids = deadLetters.flatMap(({ eventId }) => eventId ?? []);
      await claimNewEvents(tx, consumer, ids);
      await park(tx, consumer, 'gavel.bids-0', deadLetters);
    });
  const parked = async (consumer: string) => {
    const { rows } = await database.pool.query<{ id: bigint }>(
      "SELECT id FROM dead_letters WHERE consumer = $1 AND status = 'parked' ORDER BY id",
      [consumer],
    );
    return rows.map(({ id }) => id);
  };
  const lock = (consumer: string, id = 0n) =>
    transaction(database.pool, (tx) => lockDeadLetter(tx, consumer, id));

  it('parks another message at the same offset, and the same message once', async () => {
    const event = randomUUID();
    await parkAll('anew', deadLetter(17n, 1, event), deadLetter(18n, 2));
    await parkAll('anew', deadLetter(17n, 1, randomUUID()), deadLetter(18n, 3));
    await parkAll('anew', deadLetter(17n, 1, event), deadLetter(18n, 2));
    expect(await parked('anew')).toHaveLength(4);
  });

  it('orders the dead letters of an aggregate by its sequence, whatever their offsets', async () => {
    await parkAll('order', deadLetter(900n, 4, randomUUID()));
    await parkAll('order', deadLetter(3n, 5, randomUUID()));
    const [fourth, fifth] = await parked('order');
    expect(await lock('order', fourth)).toMatchObject({ earlier: null });
    expect(await lock('order', fifth)).toMatchObject({ earlier: fourth });
  });

  it('recognises a dead letter whose event was handled since it was parked', async () => {
    const event = randomUUID();
    await parkAll('owner', deadLetter(1n, 1, event));
    const [id] = await parked('owner');
    expect(await lock('owner', id)).toMatchObject({ ownsClaim: true });
    await database.pool.query('DELETE FROM processed_events WHERE event_id = $1', [event]);
    expect(await lock('owner', id)).toMatchObject({ ownsClaim: null });
    await transaction(database.pool, (tx) => claimNewEvents(tx, 'owner', [event]));
    expect(await lock('owner', id)).toMatchObject({ ownsClaim: false });
    await database.pool.query('DELETE FROM processed_events WHERE event_id = $1', [event]);
    await parkAll('owner', deadLetter(1n, 1, event));
    expect(await lock('owner', id)).toMatchObject({ ownsClaim: true });
  });
});
