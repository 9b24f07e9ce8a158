import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useConsumerFixture } from './testing/consumer-fixture.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage } from './testing/foreign-producer.ts';
import { recordingConsumer } from './testing/recording-consumer.ts';

describe('an offset that the stream no longer holds', () => {
  const fixture = useConsumerFixture();
  const definition = recordingConsumer({ laterEvents: 'continue' });

  const setCheckpoint = (partition: string, offset: bigint) =>
    fixture.database.pool.query(
      `INSERT INTO checkpoints (consumer, stream_partition, last_offset) VALUES ($1, $2, $3)
       ON CONFLICT (consumer, stream_partition) DO UPDATE SET last_offset = excluded.last_offset`,
      [definition.name, partition, offset],
    );

  const bids = (count: number, body: number) =>
    Array.from({ length: count }, (_, i) => ({
      ...bidMessage({ itemId: randomUUID(), userId: randomUUID() }, i + 1),
      body: Buffer.alloc(body),
    }));

  it('is refused when retention has removed it, although the broker would silently start elsewhere', async () => {
    const { client, send } = fixture.producer;
    const partition = 'gavel.bids-short';
    await client.createStream({
      stream: partition,
      arguments: { 'max-length-bytes': 200_000, 'stream-max-segment-size-bytes': 100_000 },
    });
    for (let round = 0; round < 12; round++) await send(partition, bids(20, 4_000));
    await eventually(
      async () => expect((await client.streamStatsRequest(partition)).firstChunkId).toBeGreaterThan(10n),
      20_000,
    );
    await setCheckpoint(partition, 3n);

    const consumer = fixture.start({ definition, partitions: [partition] });
    await eventually(() => expect(consumer.status().partitions[0]?.state).toBe('refused'));
    expect(() => consumer.check()).toThrow(
      /offset 4 is wanted, but retention has removed everything before \d+/,
    );
    // The lag still counts from the checkpoint to the newest offset.
    await eventually(() => expect(consumer.status().partitions[0]).toMatchObject({ lagMessages: 236 }));
    expect(consumer.status().partitions[0]?.lagSeconds).toBeGreaterThan(0);
    const { rows } = await fixture.database.pool.query(
      'SELECT last_offset FROM checkpoints WHERE stream_partition = $1',
      [partition],
    );
    expect(rows).toEqual([{ last_offset: 3n }]);

    // Somebody decides to continue with the remaining messages. The fingerprint cannot be compared, and nothing after it is
    // missing.
    const { firstChunkId } = await client.streamStatsRequest(partition);
    await fixture.database.pool.query(
      `UPDATE checkpoints SET last_offset = $2, seen_offset = $2, seen_message = 'stored 1' WHERE stream_partition = $1`,
      [partition, firstChunkId - 1n],
    );
    await eventually(() => expect(consumer.status().partitions[0]?.state).toBe('running'));
    await eventually(() =>
      expect(consumer.status().partitions[0]).toMatchObject({ offset: 239n, lagMessages: 0 }),
    );
  });

  /** A partition that keeps about 200 kB, and a consumer that has committed its first message and is held back then. */
  const holdBack = async (partition: string, options: Partial<Parameters<typeof fixture.start>[0]> = {}) => {
    await fixture.producer.client.createStream({
      stream: partition,
      arguments: { 'max-length-bytes': 200_000, 'stream-max-segment-size-bytes': 100_000 },
    });
    await fixture.producer.send(partition, bids(1, 10));
    const consumer = fixture.start({ definition, partitions: [partition], ...options });
    await eventually(() => expect(consumer.status().partitions[0]?.offset).toBe(0n));
    return consumer;
  };
  /** More than a consumer receives while it takes nothing. */
  const publishPastAllBuffers = (partition: string) => fixture.producer.send(partition, bids(1_500, 4_000));

  it('is refused when retention has passed a connected consumer, and after its restart', async () => {
    const partition = 'gavel.bids-held-back';
    const consumer = await holdBack(partition);
    await consumer.pause(partition);
    await publishPastAllBuffers(partition);
    await consumer.resume(partition);
    const refusal = /offset \d+ is wanted, but retention has removed everything before \d+/;
    await eventually(() => expect(consumer.status().partitions[0]?.state).toBe('refused'));
    expect(() => consumer.check()).toThrow(refusal);
    // Everything before the loss is committed, and the lag counts from there to the newest offset.
    const committed = consumer.status().partitions[0]?.offset ?? 0n;
    await eventually(() =>
      expect(consumer.status().partitions[0]?.lagMessages).toBe(Number(1_500n - committed)),
    );
    await consumer.stop();

    const next = fixture.start({ definition, partitions: [partition] });
    await eventually(() => expect(next.status().partitions[0]?.state).toBe('refused'));
    expect(() => next.check()).toThrow(refusal);
    expect(next.status().partitions[0]?.offset).toBe(committed);
  });

  it('is refused when retention has passed a consumer that waited for a locked table', async () => {
    const partition = 'gavel.bids-locked';
    const consumer = await holdBack(partition);
    const { pool } = fixture.database;
    const lock = await pool.connect();
    try {
      await lock.query('BEGIN');
      await lock.query('LOCK TABLE applied');
      await publishPastAllBuffers(partition);
    } finally {
      await lock.query('ROLLBACK');
      lock.release();
    }
    await eventually(() => expect(consumer.status().partitions[0]?.state).toBe('refused'));
    expect(() => consumer.check()).toThrow(/retention has removed everything before/);
  });

  it('is refused when the stream was recreated and ends before it', async () => {
    const { client, send } = fixture.producer;
    const partition = 'gavel.bids-recreated';
    await client.createStream({ stream: partition, arguments: {} });
    await send(partition, bids(5, 10));
    await setCheckpoint(partition, 99n);
    const consumer = fixture.start({ definition, partitions: [partition] });
    await eventually(() => expect(consumer.status().partitions[0]?.state).toBe('refused'));
    expect(() => consumer.check()).toThrow(
      'offset 100 is wanted, but the stream ends at 4: it was recreated',
    );
    await eventually(() => expect(consumer.status().partitions[0]?.lagMessages).toBe(5));

    // Growth of the stream changes nothing. Writing the same offset again is a decision to continue.
    await send(partition, bids(200, 10));
    await eventually(() => expect(consumer.status().partitions[0]?.lagMessages).toBe(205));
    expect(consumer.status().partitions[0]?.state).toBe('refused');
    await setCheckpoint(partition, 99n);
    await eventually(() => expect(consumer.status().partitions[0]?.offset).toBe(204n));
  });

  /** Creates a partition whose events the consumer has read to the end, then deletes and recreates it. */
  const recreate = async (partition: string, count: number, isRunning: boolean) => {
    const { client, send } = fixture.producer;
    await client.createStream({ stream: partition, arguments: {} });
    await send(partition, bids(count, 10));
    const before = fixture.start({ definition, partitions: [partition], graceMs: 0 });
    await eventually(() => expect(before.status().partitions[0]?.offset).toBe(BigInt(count - 1)));
    if (!isRunning) await before.stop();
    await client.deleteStream({ stream: partition });
    await client.createStream({ stream: partition, arguments: {} });
    return before;
  };

  it('stays refused when a recreated stream has grown past it', async () => {
    const partition = 'gavel.bids-regrown';
    const consumer = await recreate(partition, 50, true);
    const state = () => consumer.status().partitions[0]?.state;
    await eventually(() => expect(state()).toBe('refused'));
    await fixture.producer.send(partition, bids(200, 10));
    // Long enough for two checks of the checkpoint.
    const { rows } = await fixture.database.pool.query('SELECT now() AS then');
    await eventually(async () => {
      const { rows: passed } = await fixture.database.pool.query(
        "SELECT now() - $1 > interval '5 s' AS long",
        [rows[0]?.then],
      );
      expect(passed[0]?.long).toBe(true);
      expect(state()).toBe('refused');
    });
    // Somebody decides to start with the new stream.
    await setCheckpoint(partition, -1n);
    await eventually(() => expect(consumer.status().partitions[0]).toMatchObject({ offset: 199n }));
  });

  it('is read again as soon as the stream holds the same message, as after a failover to a replica that was behind', async () => {
    const { client, send } = fixture.producer;
    const partition = 'gavel.bids-back';
    const same = bids(50, 10);
    await client.createStream({ stream: partition, arguments: {} });
    await send(partition, same);
    const consumer = fixture.start({ definition, partitions: [partition], graceMs: 0 });
    await eventually(() => expect(consumer.status().partitions[0]?.offset).toBe(49n));
    await client.deleteStream({ stream: partition });
    await client.createStream({ stream: partition, arguments: {} });
    await eventually(() => expect(consumer.status().partitions[0]?.state).toBe('refused'));
    await send(partition, [...same, ...bids(1, 10)]);
    await eventually(() => expect(consumer.status().partitions[0]?.offset).toBe(50n));
    expect(() => consumer.check()).not.toThrow();
  });

  it('counts as present during the grace period while the stream is too short, and is checked again and again', async () => {
    const { client, send } = fixture.producer;
    const partition = 'gavel.bids-moment';
    const same = bids(50, 10);
    await client.createStream({ stream: partition, arguments: {} });
    await send(partition, same);
    const consumer = fixture.start({ definition, partitions: [partition], graceMs: 3_600_000 });
    const status = () => consumer.status().partitions[0];
    await eventually(() => expect(status()?.offset).toBe(49n));
    await client.deleteStream({ stream: partition });
    await client.createStream({ stream: partition, arguments: {} });
    await eventually(() =>
      expect(status()).toMatchObject({
        state: 'retrying',
        problem: expect.stringMatching('stream ends at -1'),
      }),
    );
    await send(partition, same.slice(0, 20));
    await eventually(() => expect(status()?.problem).toMatch(/stream ends at 19/));
    expect(status()?.state).toBe('retrying');
    await send(partition, [...same.slice(20), ...bids(1, 10)]);
    await eventually(() => expect(status()).toMatchObject({ state: 'running', offset: 50n }));
  });

  it('is noticed by another message at the last offset, even by a consumer that was stopped meanwhile', async () => {
    const partition = 'gavel.bids-unseen';
    await recreate(partition, 50, false);
    await fixture.producer.send(partition, bids(200, 10));
    const consumer = fixture.start({ definition, partitions: [partition] });
    await eventually(() => expect(consumer.status().partitions[0]?.state).toBe('refused'));
    expect(() => consumer.check()).toThrow(
      /offset 49 held [0-9a-f-]{36} when it was applied and holds [0-9a-f-]{36} now/,
    );
    expect(consumer.status().partitions[0]?.offset).toBe(49n);
  });

  it('can be the end of a stream, and reading continues from there', async () => {
    const { client, send } = fixture.producer;
    const partition = 'gavel.bids-end';
    await client.createStream({ stream: partition, arguments: {} });
    await send(partition, bids(50, 10));
    await setCheckpoint(partition, 49n);
    const consumer = fixture.start({ definition, partitions: [partition] });
    await eventually(() => expect(consumer.status().partitions[0]?.state).toBe('running'));
    await send(partition, bids(1, 10));
    await eventually(() => expect(consumer.status().partitions[0]?.offset).toBe(50n));
  });

  it('may belong to a stream that does not exist yet: the consumer waits', async () => {
    const partition = 'gavel.bids-later';
    const consumer = fixture.start({ definition, partitions: [partition] });
    await eventually(() =>
      expect(consumer.status().partitions[0]?.problem).toContain('stream does not exist'),
    );
    await fixture.producer.client.createStream({ stream: partition, arguments: {} });
    await eventually(() => expect(() => consumer.check()).not.toThrow());
  });

  it('is not risked when the broker has a partition that this version would not read: nothing is read until that is settled', async () => {
    const { client } = fixture.producer;
    await client.createStream({ stream: 'gavel.bids-4', arguments: {} });
    const consumer = fixture.start({ definition, partitions: ['gavel.bids-0'] });
    await eventually(() =>
      expect(consumer.status().partitions[0]?.problem).toContain('gavel.bids has a partition gavel.bids-4'),
    );
    expect(() => consumer.check()).toThrow('run the version that made it');
    await client.deleteStream({ stream: 'gavel.bids-4' });
    await eventually(() => expect(() => consumer.check()).not.toThrow());
  });
});
