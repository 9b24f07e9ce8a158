import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ConsumerDefinition, defineConsumer } from '../define-consumer.ts';
import { useConsumerFixture } from '../testing/consumer-fixture.ts';
import { eventually } from '../testing/eventually.ts';
import { bidMessage, type EventMessage } from '../testing/foreign-producer.ts';
import { recordingConsumer } from '../testing/recording-consumer.ts';
import { compareShadow } from './compare-shadow.ts';
import { createShadow, readShadow } from './create-shadow.ts';
import { fillShadow } from './fill-shadow.ts';
import { createShadowPool, quoted, shadowSchema } from './shadow-schema.ts';
import { swapShadow } from './swap-shadow.ts';

describe('a replay', () => {
  const fixture = useConsumerFixture();

  const bids = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      bidMessage({ itemId: randomUUID(), userId: randomUUID() }, i + 1),
    );

  /** Creates a partition with `count` events. The result fills a shadow of it. */
  const filled = async (partition: string, count: number) => {
    await fixture.producer.client.createStream({ stream: partition, arguments: {} });
    await fixture.producer.send(partition, bids(count));
    return async (definition: ConsumerDefinition) => {
      await createShadow(fixture.database.pool, definition, [{ partition, from: 0n, until: null }]);
      await fillShadow({
        definition,
        databaseUrl: fixture.database.url,
        streamUrl: fixture.producer.urls.streamUrl,
        ends: new Map([[partition, BigInt(count - 1)]]),
      });
      const held = async (table: string) => {
        const from = quoted(shadowSchema(definition), table);
        const { rows } = await fixture.database.pool.query(`SELECT count(*)::integer AS n FROM ${from}`);
        return rows[0]?.n;
      };
      return { applied: await held('applied'), parked: await held('dead_letters') };
    };
  };

  const projection = { tables: ['applied'] };

  it('finds no live table that the projection does not list', async () => {
    const { database } = fixture;
    await database.pool.query('CREATE TABLE forgotten (n integer)');
    const consumer = {
      ...recordingConsumer({ laterEvents: 'continue' }, undefined, 'forgetful'),
      projection,
    };
    await createShadow(database.pool, consumer, []);
    const pool = createShadowPool(database.url, consumer, 1);
    try {
      expect((await pool.query('SELECT 1 FROM applied')).rows).toEqual([]);
      await expect(pool.query('INSERT INTO forgotten VALUES (1)')).rejects.toThrow(
        '"forgotten" does not exist',
      );
    } finally {
      await pool.end();
    }
  });

  it('halves a batch that takes too long, as a running consumer does', async () => {
    const sizes: number[] = [];
    const consumer = recordingConsumer(
      { laterEvents: 'continue', backOff: { firstMs: 1, maxMs: 5 } },
      async (events, tx) => {
        sizes.push(events.length);
        // Each event takes five milliseconds, and a statement may take 200.
        await tx.query("SET LOCAL statement_timeout = '200ms'");
        await tx.query('SELECT pg_sleep($1)', [events.length / 200]);
        await tx.query('SET LOCAL statement_timeout = DEFAULT');
      },
      'slow',
    );
    const replay = await filled('gavel.bids-slow', 300);
    const result = await replay({ ...consumer, projection });
    expect(result).toEqual({ applied: 300, parked: 0 });
    expect(Math.max(...sizes)).toBeGreaterThan(40);
  });

  it('retries errors that the policy calls transient, which use up no attempt', async () => {
    let left = 6;
    const consumer = recordingConsumer(
      { laterEvents: 'continue', backOff: { firstMs: 1, maxMs: 5 }, isTransient: () => true },
      () => {
        left -= 1;
        if (left > 0) throw new Error('busy');
      },
      'busy',
    );
    const replay = await filled('gavel.bids-busy', 10);
    const result = await replay({ ...consumer, projection });
    expect(result).toEqual({ applied: 10, parked: 0 });
  });

  it('is swapped in while events arrive and the group is running: no event is lost or counted twice', async () => {
    const { pool, url: databaseUrl } = fixture.database;
    const { streamUrl } = fixture.producer.urls;
    await pool.query('CREATE TABLE totals (item_id text PRIMARY KEY, events bigint NOT NULL)');
    const definition = defineConsumer({
      ...recordingConsumer({ laterEvents: 'wait' }),
      name: 'counting',
      projection: { tables: ['totals'] },
      async handle(tx, events) {
        await tx.query(
          `INSERT INTO totals AS t SELECT id, count(*) FROM unnest($1::text[]) id GROUP BY id ORDER BY id
           ON CONFLICT (item_id) DO UPDATE SET events = t.events + excluded.events`,
          [events.map((event) => event.body.itemId)],
        );
      },
    });
    const items = Array.from({ length: 40 }, () => randomUUID());
    let published = 0;
    const publish = async () => {
      published += 1;
      const round = items.map((itemId) => bidMessage({ itemId, userId: itemId }, published));
      const byPartition = Map.groupBy(round, ({ partition }: EventMessage) => partition);
      await Promise.all([...byPartition].map(([partition, some]) => fixture.producer.send(partition, some)));
    };
    for (let round = 0; round < 30; round++) await publish();
    const partitions = [
      ...new Set(items.map((itemId) => bidMessage({ itemId, userId: itemId }, 1).partition)),
    ];
    const consumer = fixture.start({ definition });
    const committed = async (): Promise<Map<string, bigint>> => {
      const { rows } = await pool.query<{ partition: string; offset: bigint }>(
        `SELECT stream_partition AS partition, last_offset AS "offset" FROM checkpoints
         WHERE consumer = $1 AND last_offset IS NOT NULL`,
        [definition.name],
      );
      return new Map(rows.map(({ partition, offset }) => [partition, offset]));
    };
    await eventually(async () => expect((await committed()).size).toBe(partitions.length));

    let isBusy = true;
    const publishing = (async () => {
      while (isBusy) {
        await publish();
        await turn();
      }
    })();
    const catchUp = { databaseUrl, streamUrl };
    try {
      // A comparison finds what was changed by hand and nothing else, whatever the group commits meanwhile.
      for (const wrong of [0, 1, 0]) {
        await createShadow(
          pool,
          definition,
          partitions.map((partition) => ({ partition, from: 0n, until: null })),
        );
        await fillShadow({ definition, databaseUrl, streamUrl, ends: await committed() });
        if (wrong === 1)
          await pool.query('UPDATE totals SET events = events + 7 WHERE item_id = $1', [items[0]]);
        const { tables, atOneOffset } = await compareShadow(pool, definition, catchUp);
        if (wrong === 1)
          await pool.query('UPDATE totals SET events = events - 7 WHERE item_id = $1', [items[0]]);
        expect({ atOneOffset, tables }).toMatchObject({
          atOneOffset: true,
          tables: [{ onlyLive: 0, onlyReplayed: 0, changed: wrong, liveRows: items.length }],
        });
      }
      for (let swaps = 0; swaps < 2; swaps++) {
        // The swap has to correct this, which also proves that it took place.
        await pool.query('UPDATE totals SET events = events + 1000000 WHERE item_id = $1', [items[0]]);
        const ranges = partitions.map((partition) => ({ partition, from: 0n, until: null }));
        await createShadow(pool, definition, ranges);
        const ends = await committed();
        await fillShadow({ definition, databaseUrl, streamUrl, ends });
        // The group continues, so that the shadow is behind when the swap starts.
        await eventually(async () => {
          const moved = [...(await committed())].filter(
            ([partition, at]) => at > (ends.get(partition) ?? at),
          );
          expect(moved).not.toEqual([]);
        });
        expect(await swapShadow(pool, definition)).toMatchObject({ outcome: 'behind' });
        expect(await swapShadow(pool, definition, { catchUp })).toEqual({ outcome: 'swapped' });
        expect(await readShadow(pool, definition)).toBeUndefined();
      }
    } finally {
      isBusy = false;
      await publishing;
    }
    await eventually(async () => {
      const { rows } = await pool.query('SELECT DISTINCT events FROM totals');
      expect(rows).toEqual([{ events: BigInt(published) }]);
    });
    const { rows } = await pool.query(
      'SELECT count(*)::integer AS n FROM processed_events WHERE consumer = $1',
      [definition.name],
    );
    expect(rows).toEqual([{ n: published * items.length }]);
    await eventually(() => consumer.check());
  });
});
