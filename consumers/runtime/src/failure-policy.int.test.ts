import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type FailurePolicy, PermanentFailure } from './define-consumer.ts';
import { useConsumerFixture } from './testing/consumer-fixture.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage } from './testing/foreign-producer.ts';
import { appliedSequences, type BeforeRecording, recordingConsumer } from './testing/recording-consumer.ts';

describe('failure policy', () => {
  const fixture = useConsumerFixture();
  let names = 0;

  /** Publishes five bids for each item, interleaved, all in one partition. */
  const publishItems = async (count: number): Promise<string[]> => {
    const items: string[] = [];
    while (items.length < count) {
      const itemId = randomUUID();
      if (bidMessage({ itemId, userId: itemId }, 1).partition === 'gavel.bids-0') items.push(itemId);
    }
    const bids = [1, 2, 3, 4, 5].flatMap((sequence) =>
      items.map((itemId) => bidMessage({ itemId, userId: randomUUID() }, sequence)),
    );
    await fixture.producer.send('gavel.bids-0', bids);
    return items;
  };

  const start = (
    laterEvents: 'wait' | 'continue',
    before: BeforeRecording,
    attempts = 3,
    policy: Partial<FailurePolicy> = {},
  ) => {
    names += 1;
    const name = `policy-${names}`;
    const consumer = fixture.start({
      definition: recordingConsumer({ laterEvents, attempts, ...policy }, before, name),
      partitions: ['gavel.bids-0'],
    });
    return {
      name,
      consumer,
      applied: (itemId: string) => appliedSequences(fixture.database.pool, itemId, name),
      deadLetters: async (itemId: string) => {
        const { rows } = await fixture.database.pool.query(
          `SELECT reason, error, attempts, status, stack IS NOT NULL AS has_stack,
             (headers->>'cloudEvents_sequence')::integer AS sequence
           FROM dead_letters WHERE consumer = $1 AND aggregate_id = $2 ORDER BY stream_offset`,
          [name, itemId],
        );
        return rows;
      },
    };
  };

  const failOn =
    (itemId: () => string | undefined, make: () => Error): BeforeRecording =>
    (events) => {
      if (events.some((event) => event.body.itemId === itemId() && event.envelope.sequence === '2'))
        throw make();
    };

  it('continue: parks an event that keeps failing with its error, and handles later events of its item', async () => {
    const [bad = '', ...good] = await publishItems(4);
    const { applied, deadLetters } = start(
      'continue',
      failOn(
        () => bad,
        () => new TypeError('no such thing'),
      ),
    );
    for (const itemId of good)
      await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
    expect(await applied(bad)).toEqual([1, 3, 4, 5]);
    expect(await deadLetters(bad)).toEqual([
      {
        reason: 'handler_failed',
        error: 'no such thing',
        attempts: 3,
        status: 'parked',
        has_stack: true,
        sequence: 2,
      },
    ]);
  });

  it('wait: parks later events of the item behind it, in order, even those of later batches', async () => {
    const [bad = '', ...good] = await publishItems(4);
    const { applied, deadLetters } = start(
      'wait',
      failOn(
        () => bad,
        () => new TypeError('no such thing'),
      ),
    );
    for (const itemId of good)
      await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
    const sixth = bidMessage({ itemId: bad, userId: randomUUID() }, 6);
    await fixture.producer.send('gavel.bids-0', [sixth]);
    await eventually(async () => expect(await deadLetters(bad)).toHaveLength(5));
    expect(await applied(bad)).toEqual([1]);
    expect((await deadLetters(bad)).map(({ reason, sequence }) => [reason, sequence])).toEqual([
      ['handler_failed', 2],
      ['waits_for_earlier', 3],
      ['waits_for_earlier', 4],
      ['waits_for_earlier', 5],
      ['waits_for_earlier', 6],
    ]);
  });

  it('a failing event is tried three times with growing delays, then parked', async () => {
    const [bad = ''] = await publishItems(1);
    const seen: number[] = [];
    const alone: number[] = [];
    const fail = failOn(
      () => bad,
      () => new Error('not today'),
    );
    const { deadLetters } = start('continue', (events, tx) => {
      if (events.some(({ body, envelope }) => body.itemId === bad && envelope.sequence === '2')) {
        seen.push(Date.now());
        if (events.length === 1) alone.push(Date.now());
      }
      return fail(events, tx);
    });
    await eventually(async () =>
      expect(await deadLetters(bad)).toMatchObject([{ attempts: 3, error: 'not today' }]),
    );
    // Once with its batch, then twice alone, at least half of 100 and of 200 ms apart.
    expect(alone).toHaveLength(2);
    expect((alone[0] ?? 0) - (seen[0] ?? 0)).toBeGreaterThanOrEqual(49);
    expect((alone[1] ?? 0) - (alone[0] ?? 0)).toBeGreaterThanOrEqual(99);
  });

  it('an event that succeeds at its second attempt is applied and not parked', async () => {
    const [itemId = ''] = await publishItems(1);
    let left = 1;
    const { applied, deadLetters } = start('wait', () => {
      if (left-- > 0) throw new Error('once');
    });
    await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
    expect(await deadLetters(itemId)).toEqual([]);
  });

  it('a PermanentFailure is parked without a retry', async () => {
    const [bad = ''] = await publishItems(1);
    const { applied, deadLetters } = start(
      'continue',
      failOn(
        () => bad,
        () => new PermanentFailure('never'),
      ),
    );
    await eventually(async () => expect(await applied(bad)).toEqual([1, 3, 4, 5]));
    expect(await deadLetters(bad)).toMatchObject([{ error: 'never', sequence: 2 }]);
  });

  it('a transient error of the database stops the partition while it lasts, and parks nothing', async () => {
    const [itemId = ''] = await publishItems(1);
    let failures = 0;
    const { applied, deadLetters } = start(
      'wait',
      async (_, tx) => {
        failures += 1;
        // Raises a serialization failure as the database does.
        if (failures <= 6)
          await tx.query("DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '40001'; END $$");
      },
      2,
      { backOff: { firstMs: 5, maxMs: 20 } },
    );
    await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
    expect(await deadLetters(itemId)).toEqual([]);
  });

  it('a missing table stops the partition until it exists, and parks nothing', async () => {
    const { pool } = fixture.database;
    const [itemId = ''] = await publishItems(1);
    await pool.query('ALTER TABLE applied RENAME TO applied_moved');
    const { consumer, applied, deadLetters } = start('wait', () => undefined, 2);
    await eventually(() => {
      expect(() => consumer.check()).toThrow('relation "applied" does not exist');
    });
    await pool.query('ALTER TABLE applied_moved RENAME TO applied');
    await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
    expect(await deadLetters(itemId)).toEqual([]);
    await eventually(() => consumer.check());
  });

  it('a batch that takes too long is halved until it is in time, and nothing is parked', async () => {
    const items = await publishItems(8);
    const sizes: number[] = [];
    const { applied, deadLetters } = start(
      'wait',
      async (events, tx) => {
        sizes.push(events.length);
        // Raises the same error as a statement timeout.
        if (events.length > 3)
          await tx.query("DO $$ BEGIN RAISE EXCEPTION 'too long' USING ERRCODE = '57014'; END $$");
      },
      2,
      { backOff: { firstMs: 1, maxMs: 2 } },
    );
    for (const itemId of items)
      await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
    expect(sizes.filter((size) => size <= 3).length).toBeGreaterThan(1);
    expect(await deadLetters(items[0] ?? '')).toEqual([]);
  });

  it('an event that takes too long alone uses up its attempts and is parked, and the others are handled', async () => {
    const [slow = '', good = ''] = await publishItems(2);
    const { applied, deadLetters } = start(
      'continue',
      async (events, tx) => {
        if (events.some((event) => event.body.itemId === slow && event.envelope.sequence === '2'))
          await tx.query("DO $$ BEGIN RAISE EXCEPTION 'too long' USING ERRCODE = '57014'; END $$");
      },
      2,
      { backOff: { firstMs: 1, maxMs: 2 } },
    );
    await eventually(async () => expect(await applied(slow)).toEqual([1, 3, 4, 5]));
    await eventually(async () => expect(await applied(good)).toEqual([1, 2, 3, 4, 5]));
    expect(await deadLetters(slow)).toMatchObject([
      { reason: 'handler_failed', sequence: 2, error: 'too long' },
    ]);
  });

  it('a failure that only the commit finds is still attributed to its event', async () => {
    const { pool } = fixture.database;
    await pool.query(
      'CREATE TABLE once (item_id text, sequence bigint, UNIQUE (item_id, sequence) DEFERRABLE INITIALLY DEFERRED)',
    );
    const [bad = '', good = ''] = await publishItems(2);
    await pool.query('INSERT INTO once VALUES ($1, 3)', [bad]);
    const { applied, deadLetters } = start('continue', async (events, tx) => {
      await tx.query('INSERT INTO once SELECT * FROM unnest($1::text[], $2::bigint[])', [
        events.map((event) => event.body.itemId),
        events.map((event) => event.envelope.sequence),
      ]);
    });
    await eventually(async () => expect(await applied(good)).toEqual([1, 2, 3, 4, 5]));
    expect(await applied(bad)).toEqual([1, 2, 4, 5]);
    expect(await deadLetters(bad)).toMatchObject([{ reason: 'handler_failed', sequence: 3, attempts: 3 }]);
  });

  it('a consumer decides which errors are permanent and how long the delays are', async () => {
    const [bad = ''] = await publishItems(1);
    const { applied, deadLetters } = start(
      'continue',
      failOn(
        () => bad,
        () => new RangeError('out of range'),
      ),
      9,
      { isPermanent: (error) => error instanceof RangeError, backOff: { firstMs: 1, maxMs: 2 } },
    );
    await eventually(async () => expect(await applied(bad)).toEqual([1, 3, 4, 5]));
    expect(await deadLetters(bad)).toMatchObject([{ error: 'out of range', attempts: 2 }]);
  });

  it('a failing SQL statement undoes the effects of its own event only', async () => {
    const [bad = '', good = ''] = await publishItems(2);
    const { applied } = start('continue', async (events, tx) => {
      for (const { body, envelope } of events) {
        if (body.itemId === bad && envelope.sequence === '4') await tx.query('SELECT 1 / 0');
      }
    });
    await eventually(async () => expect(await applied(good)).toEqual([1, 2, 3, 4, 5]));
    expect(await applied(bad)).toEqual([1, 2, 3, 5]);
  });
});
