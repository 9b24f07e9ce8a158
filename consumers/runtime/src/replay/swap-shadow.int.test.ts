import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { park } from '../adapters/postgres/dead-letters.ts';
import { claimNewEvents } from '../adapters/postgres/processed-events.ts';
import { lockDeadLetter } from '../adapters/postgres/stored-dead-letters.ts';
import { consumerRuntimeMigrations } from '../consumer-process.ts';
import { recordingConsumer } from '../testing/recording-consumer.ts';
import { createShadow } from './create-shadow.ts';
import { shadowSchema } from './shadow-schema.ts';
import { swapShadow, undoSwap } from './swap-shadow.ts';

describe('a swap backwards', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase([consumerRuntimeMigrations]);
    await database.pool.query('CREATE TABLE totals (id bigint PRIMARY KEY)');
  });
  afterAll(() => database.drop());

  const partition = 'gavel.bids-0';
  const definition = {
    ...recordingConsumer({ laterEvents: 'continue' }),
    projection: { tables: ['totals'] },
  };

  /** Commits an event that the handler failed on, and the checkpoint, as a consumer or a replay does. */
  const fail = (schema: string, offset: bigint, eventId: string) =>
    transaction(database.pool, async (tx) => {
      await tx.query(`SET LOCAL search_path = ${schema}, public`);
      await claimNewEvents(tx, definition.name, [eventId]);
      const headers = { cloudEvents_sequence: '1' };
      const deadLetter = { offset, eventId, aggregateId: 'item', headers, body: Buffer.from('b') } as const;
      await park(tx, definition.name, partition, [
        { ...deadLetter, reason: 'handler_failed', error: 'broken', attempts: 1 },
      ]);
      await tx.query(
        `INSERT INTO checkpoints (consumer, stream_partition, last_offset, seen_offset, seen_message)
         VALUES ($1, $2, $3, $3, $4) ON CONFLICT (consumer, stream_partition)
         DO UPDATE SET last_offset = $3, seen_offset = $3, seen_message = $4`,
        [definition.name, partition, offset, eventId],
      );
    });

  it('replaces the dead letters of what is read again, and keeps those before it, those of an older stream, and the fingerprint', async () => {
    const [both, again, older] = [randomUUID(), randomUUID(), randomUUID()];
    await fail('public', 900n, older);
    await fail('public', 3n, both);
    await fail('public', 8n, again);
    await createShadow(database.pool, definition, [{ partition, from: 0n, until: 5n }]);
    await fail(shadowSchema(definition), 3n, both);
    expect(await swapShadow(database.pool, definition)).toEqual({
      outcome: 'behind',
      partitions: [partition],
    });
    expect(await swapShadow(database.pool, definition, { backwards: true })).toEqual({ outcome: 'swapped' });

    const { rows: deadLetters } = await database.pool.query<{ id: bigint; offset: bigint; status: string }>(
      'SELECT id, stream_offset AS "offset", status FROM dead_letters ORDER BY stream_offset',
    );
    expect(deadLetters).toMatchObject([
      { offset: 3n, status: 'parked' },
      { offset: 900n, status: 'parked' },
    ]);
    const { rows: claims } = await database.pool.query('SELECT event_id FROM processed_events');
    expect(claims).toEqual([{ event_id: both }]);
    const { rows: places } = await database.pool.query(
      'SELECT last_offset, seen_offset, seen_message FROM checkpoints',
    );
    expect(places).toEqual([{ last_offset: 3n, seen_offset: 3n, seen_message: both }]);
    await transaction(database.pool, async (tx) => {
      expect(await lockDeadLetter(tx, definition.name, deadLetters[0]?.id ?? 0n)).toMatchObject({
        ownsClaim: true,
      });
    });
  });

  it('is undone with the checkpoint, the processed events and the parked events of the old tables', async () => {
    const records = async () => {
      const [totals, places, claims, parked] = await Promise.all(
        [
          'SELECT id FROM totals ORDER BY id',
          'SELECT stream_partition, last_offset, seen_message FROM checkpoints ORDER BY 1',
          'SELECT event_id FROM processed_events ORDER BY 1',
          "SELECT stream_offset, event_id FROM dead_letters WHERE status = 'parked' ORDER BY 1",
        ].map((sql) => database.pool.query(sql)),
      );
      return [totals?.rows, places?.rows, claims?.rows, parked?.rows];
    };
    await database.pool.query('INSERT INTO totals VALUES (1), (2)');
    await fail('public', 10n, randomUUID());
    const before = await records();
    await createShadow(database.pool, definition, [{ partition, from: 0n, until: 5n }]);
    await fail(shadowSchema(definition), 4n, randomUUID());
    expect(await swapShadow(database.pool, definition, { backwards: true })).toEqual({ outcome: 'swapped' });
    // What the group applies after the swap belongs to the new tables only.
    await database.pool.query('INSERT INTO totals VALUES (7)');
    await fail('public', 6n, randomUUID());
    const swapped = await records();
    expect(swapped).not.toEqual(before);

    const refuse = () => {
      throw new Error('no');
    };
    await expect(undoSwap(database.pool, definition, refuse)).rejects.toThrow('no');
    expect(await records()).toEqual(swapped);
    const positions: unknown[] = [];
    const note = (kept: readonly unknown[]) => void positions.push(...kept);
    expect(await undoSwap(database.pool, definition, note)).toEqual({ outcome: 'undone' });
    expect(positions).toEqual([{ partition, offset: 10n }]);
    expect(await records()).toEqual(before);
    // And an undo is undone in the same way.
    expect(await undoSwap(database.pool, definition, () => undefined)).toEqual({ outcome: 'undone' });
    expect(await records()).toEqual(swapped);
  });

  it('cannot be undone when no swap has kept anything', async () => {
    const other = { ...definition, name: 'never-swapped' };
    expect(await undoSwap(database.pool, other, () => undefined)).toEqual({ outcome: 'nothing-kept' });
  });
});
