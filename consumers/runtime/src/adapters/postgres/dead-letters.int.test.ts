import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../application/dead-letter.ts';
import { consumerRuntimeMigrations } from '../../migrations.ts';
import { park } from './dead-letters.ts';
import { lockLetter } from './parked-letters.ts';
import { claimNewEvents } from './processed-events.ts';

describe('parking where an offset has been another message', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase([consumerRuntimeMigrations]);
  });
  afterAll(() => database.drop());

  const letter = (offset: bigint, sequence: number, eventId?: string): DeadLetter => ({
    offset,
    eventId,
    aggregateId: 'item',
    headers: { cloudEvents_sequence: String(sequence) },
    body: Buffer.from('body'),
    reason: eventId === undefined ? 'malformed_envelope' : 'handler_failed',
    error: 'broken',
    attempts: 1,
  });
  const parkAll = (consumer: string, ...letters: DeadLetter[]) =>
    transaction(database.pool, async (tx) => {
      const ids = letters.flatMap(({ eventId }) => eventId ?? []);
      await claimNewEvents(tx, consumer, ids);
      await park(tx, consumer, 'gavel.bids-0', letters);
    });
  const parked = async (consumer: string) => {
    const { rows } = await database.pool.query<{ id: bigint }>(
      "SELECT id FROM dead_letters WHERE consumer = $1 AND status = 'parked' ORDER BY id",
      [consumer],
    );
    return rows.map(({ id }) => id);
  };
  const lock = (consumer: string, id = 0n) =>
    transaction(database.pool, (tx) => lockLetter(tx, consumer, id));

  it('takes another message at the same offset, and the same one only once', async () => {
    const event = randomUUID();
    await parkAll('anew', letter(17n, 1, event), letter(18n, 2));
    await parkAll('anew', letter(17n, 1, randomUUID()), letter(18n, 3));
    await parkAll('anew', letter(17n, 1, event), letter(18n, 2));
    expect(await parked('anew')).toHaveLength(4);
  });

  it('orders the letters of an aggregate by its sequence, whatever their offsets', async () => {
    await parkAll('order', letter(900n, 4, randomUUID()));
    await parkAll('order', letter(3n, 5, randomUUID()));
    const [fourth, fifth] = await parked('order');
    expect(await lock('order', fourth)).toMatchObject({ earlier: null });
    expect(await lock('order', fifth)).toMatchObject({ earlier: fourth });
  });

  it('knows a letter whose event was handled by somebody else since', async () => {
    const event = randomUUID();
    await parkAll('owner', letter(1n, 1, event));
    const [id] = await parked('owner');
    expect(await lock('owner', id)).toMatchObject({ ownsClaim: true });
    await database.pool.query('DELETE FROM processed_events WHERE event_id = $1', [event]);
    expect(await lock('owner', id)).toMatchObject({ ownsClaim: null });
    await transaction(database.pool, (tx) => claimNewEvents(tx, 'owner', [event]));
    expect(await lock('owner', id)).toMatchObject({ ownsClaim: false });
    await database.pool.query('DELETE FROM processed_events WHERE event_id = $1', [event]);
    await parkAll('owner', letter(1n, 1, event));
    expect(await lock('owner', id)).toMatchObject({ ownsClaim: true });
  });
});
