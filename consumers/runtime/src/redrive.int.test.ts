import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PermanentFailure } from './define-consumer.ts';
import { redrive } from './redrive.ts';
import { useConsumerFixture } from './testing/consumer-fixture.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage } from './testing/foreign-producer.ts';
import { appliedSequences, recordingConsumer } from './testing/recording-consumer.ts';

const eve = { by: 'eve', reason: null };

describe('redriving a dead letter', () => {
  const fixture = useConsumerFixture();

  it('applies it when the handler can, in the order of its aggregate, and later events are handled normally', async () => {
    const { pool } = fixture.database;
    let isBroken = true;
    const definition = recordingConsumer({ laterEvents: 'wait' }, (events) => {
      if (isBroken && events.some((event) => event.envelope.sequence === '2'))
        throw new PermanentFailure('broken');
    });
    const itemId = randomUUID();
    const bids = [1, 2, 3].map((sequence) => bidMessage({ itemId, userId: itemId }, sequence));
    const partition = bids[0]?.partition ?? '';
    await fixture.producer.send(partition, bids);
    fixture.start({ definition, partitions: [partition] });

    const deadLetters = await eventually(async () => {
      const { rows } = await pool.query<{ id: bigint }>(
        "SELECT id FROM dead_letters WHERE status = 'parked' ORDER BY id",
      );
      expect(rows).toHaveLength(2);
      return rows.map(({ id }) => id);
    });
    const [second = 0n, third = 0n] = deadLetters;
    expect(await redrive(pool, definition, third, eve)).toEqual({
      outcome: 'waits-for-earlier',
      earlier: second,
    });
    expect(await redrive(pool, definition, second, eve)).toEqual({ outcome: 'failed', problem: 'broken' });
    isBroken = false;
    expect(await redrive(pool, definition, second, eve)).toEqual({ outcome: 'redriven' });
    expect(await redrive(pool, definition, second, eve)).toEqual({ outcome: 'not-parked' });
    expect(await redrive(pool, definition, third, eve)).toEqual({ outcome: 'redriven' });
    await fixture.producer.send(partition, [bidMessage({ itemId, userId: itemId }, 4)]);
    await eventually(async () => expect(await appliedSequences(pool, itemId)).toEqual([1, 2, 3, 4]));
    expect(await redrive(pool, definition, 999n, eve)).toEqual({ outcome: 'not-parked' });
  });

  it('fails if only a deferred constraint finds the failure, and handles nothing that was handled since', async () => {
    const { pool } = fixture.database;
    await pool.query('CREATE TABLE late (item_id text UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    const itemId = randomUUID();
    await pool.query('INSERT INTO late VALUES ($1)', [itemId]);
    const definition = recordingConsumer(
      { laterEvents: 'continue', attempts: 1 },
      async (_, tx) => {
        await tx.query('INSERT INTO late VALUES ($1)', [itemId]);
      },
      'deferred',
    );
    const bid = bidMessage({ itemId, userId: itemId }, 1);
    await fixture.producer.client.createStream({ stream: 'gavel.bids-late', arguments: {} });
    await fixture.producer.send('gavel.bids-late', [bid]);
    const consumer = fixture.start({ definition, partitions: ['gavel.bids-late'] });
    const id = await eventually(async () => {
      const { rows } = await pool.query<{ id: bigint }>(
        "SELECT id FROM dead_letters WHERE consumer = 'deferred' AND status = 'parked'",
      );
      expect(rows).toHaveLength(1);
      return rows[0]?.id ?? 0n;
    });
    await consumer.stop();
    expect(await redrive(pool, definition, id, eve)).toMatchObject({
      outcome: 'failed',
      problem: expect.stringContaining('late_item_id_key'),
    });
    // Simulates that the event was read again after its record was removed.
    await pool.query("UPDATE processed_events SET processed_at = now() WHERE consumer = 'deferred'");
    expect(await redrive(pool, definition, id, eve)).toEqual({ outcome: 'redriven' });
    expect(await appliedSequences(pool, itemId, 'deferred')).toEqual([]);
  });
});
