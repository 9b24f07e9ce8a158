import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PermanentFailure } from './permanent-failure.ts';
import { useConsumerFixture } from './testing/consumer-fixture.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage } from './testing/foreign-producer.ts';
import { appliedSequences, type BeforeRecording, recordingConsumer } from './testing/recording-consumer.ts';

describe('failure policy', () => {
  const fixture = useConsumerFixture();
  let names = 0;

  /** Publishes items of five bids each, all in one partition and interleaved. */
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

  const start = (laterEvents: 'wait' | 'continue', before: BeforeRecording, attempts = 3) => {
    names += 1;
    const name = `policy-${names}`;
    fixture.start({
      definition: recordingConsumer({ laterEvents, attempts }, before, name),
      partitions: ['gavel.bids-0'],
    });
    return {
      name,
      applied: (itemId: string) => appliedSequences(fixture.database.pool, itemId, name),
      letters: async (itemId: string) => {
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

  it('parks an event that keeps failing with its error, and later events of its item go on: continue', async () => {
    const [bad = '', ...good] = await publishItems(4);
    const { applied, letters } = start(
      'continue',
      failOn(
        () => bad,
        () => new TypeError('no such thing'),
      ),
    );
    for (const itemId of good)
      await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
    expect(await applied(bad)).toEqual([1, 3, 4, 5]);
    expect(await letters(bad)).toEqual([
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

  it('parks later events of the item behind it, in order, also those of later batches: wait', async () => {
    const [bad = '', ...good] = await publishItems(4);
    const { applied, letters } = start(
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
    await eventually(async () => expect(await letters(bad)).toHaveLength(5));
    expect(await applied(bad)).toEqual([1]);
    expect((await letters(bad)).map(({ reason, sequence }) => [reason, sequence])).toEqual([
      ['handler_failed', 2],
      ['waits_for_earlier', 3],
      ['waits_for_earlier', 4],
      ['waits_for_earlier', 5],
      ['waits_for_earlier', 6],
    ]);
  });

  it('a bad message was dropped at once, a failing one retried in a hot loop: now three tries at growing distances, then parked', async () => {
    const [bad = ''] = await publishItems(1);
    const seen: number[] = [];
    const alone: number[] = [];
    const fail = failOn(
      () => bad,
      () => new Error('not today'),
    );
    const { letters } = start('continue', (events, tx) => {
      if (events.some(({ body, envelope }) => body.itemId === bad && envelope.sequence === '2')) {
        seen.push(Date.now());
        if (events.length === 1) alone.push(Date.now());
      }
      return fail(events, tx);
    });
    await eventually(
      async () => expect(await letters(bad)).toMatchObject([{ attempts: 3, error: 'not today' }]),
      5_000,
    );
    // Once with its batch, then twice alone, with at least half of 100 and of 200 ms between.
    expect(alone).toHaveLength(2);
    expect((alone[0] ?? 0) - (seen[0] ?? 0)).toBeGreaterThanOrEqual(49);
    expect((alone[1] ?? 0) - (alone[0] ?? 0)).toBeGreaterThanOrEqual(99);
  });

  it('an event that passes on its second try is applied and not parked', async () => {
    const [itemId = ''] = await publishItems(1);
    let left = 1;
    const { applied, letters } = start('wait', () => {
      if (left-- > 0) throw new Error('once');
    });
    await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
    expect(await letters(itemId)).toEqual([]);
  });

  it('a PermanentFailure is parked without further tries', async () => {
    const [bad = ''] = await publishItems(1);
    const { applied, letters } = start(
      'continue',
      failOn(
        () => bad,
        () => new PermanentFailure('never'),
      ),
    );
    await eventually(async () => expect(await applied(bad)).toEqual([1, 3, 4, 5]));
    expect(await letters(bad)).toMatchObject([{ error: 'never', sequence: 2 }]);
  });

  it('a transient error of the database holds the partition for as long as it lasts and parks nothing', async () => {
    const [itemId = ''] = await publishItems(1);
    let failures = 0;
    const { applied, letters } = start(
      'wait',
      async (_, tx) => {
        failures += 1;
        // A serialization failure, as the database itself would report it.
        if (failures <= 6)
          await tx.query("DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '40001'; END $$");
      },
      2,
    );
    await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
    expect(await letters(itemId)).toEqual([]);
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
