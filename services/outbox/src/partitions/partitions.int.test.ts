import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outboxMigrations } from '../migrations.ts';
import { type LeaderCandidate, openCandidate } from '../relay/leader-session.ts';
import { createGapReader } from '../relay/read/gap-reader.ts';
import type { RowReader } from '../relay/read/row-reader.ts';
import { beginTerm, claim, markPublished } from '../relay/term/term-records.ts';
import { appendBids, commitBids } from '../testing/event-rig.ts';
import { dropPartitions } from './drop-partitions.ts';
import { makePartitions } from './make-partitions.ts';

const ROWS = 100;
// The migration creates the first range; this is its last id.
const LAST = 249_999;

let database: TestDatabase;
let session: LeaderCandidate;
let reader: RowReader;
let epoch: number;
let next: number;
let marked: number;
beforeEach(async () => {
  database = await createTestDatabase([outboxMigrations]);
  await database.pool.query(`SELECT setval('outbox_id_seq', $1)`, [LAST]);
  session = await openCandidate(database.pool);
  expect(await session.tryLock()).toBe(true);
  const start = await beginTerm(session, 'test');
  epoch = start.epoch;
  next = start.lastPosition + 1;
  marked = start.publishedPosition;
  // Starts above the ids that were skipped. As a gap they would stay open as long as any older transaction on the server.
  reader = createGapReader({ ...start.reader, highId: LAST });
});
afterEach(async () => {
  session.close();
  await database.drop();
});

const append = (n: number): Promise<void> =>
  commitBids(database.pool, uuidv7(), ...Array.from({ length: n }, (_, i) => i + 1));
/** Claims all rows and marks them as published, except the last `keep` positions. */
const publish = async (keep = 0): Promise<void> => {
  for (let rows = await reader.read(session, 50); rows.length > 0; rows = await reader.read(session, 50)) {
    reader.claimed(await claim(session, epoch, next, rows, reader.state));
    next += rows.length;
  }
  const publishedPosition = next - 1 - keep;
  if (publishedPosition <= marked) return;
  const { highId } = reader.state;
  await markPublished(session, epoch, {
    after: marked,
    publishedPosition,
    confirmed: {},
    highId,
    confirmedMsAgo: 0,
  });
  marked = publishedPosition;
};
const partitions = async (of: string): Promise<string[]> => {
  const { rows } = await database.pool.query<{ name: string }>(
    'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass',
    [of],
  );
  return rows.map((row) => row.name).toSorted();
};
const count = async (table: string): Promise<number> =>
  Number((await database.pool.query<{ n: bigint }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);

describe('partitions of the outbox', () => {
  it('are made in advance in all three tables, and more of them as ids grow', async () => {
    expect(await makePartitions(database.pool, ROWS)).toEqual([
      'outbox_250000',
      'outbox_250100',
      'outbox_250200',
    ]);
    expect(await makePartitions(database.pool, ROWS)).toEqual([]);
    await append(120);
    expect(await makePartitions(database.pool, ROWS)).toEqual(['outbox_250300', 'outbox_250400']);
    expect(await partitions('outbox_claims')).toContain('outbox_claims_250400');
    expect(await partitions('outbox_marks')).toContain('outbox_marks_250400');
    expect(await count('outbox_default')).toBe(0);
  });

  it('are made while the transaction of a writer is open', async () => {
    await makePartitions(database.pool, ROWS);
    await transaction(database.pool, async (tx) => {
      await appendBids(tx, uuidv7(), 1);
      await database.pool.query(`SELECT setval('outbox_id_seq', 250150)`);
      expect(await makePartitions(database.pool, ROWS)).toEqual(['outbox_250300', 'outbox_250400']);
      await appendBids(tx, uuidv7(), 1);
    });
  });

  it('skip ranges whose rows are in the default partition', async () => {
    await append(30);
    expect(await count('outbox_default')).toBe(30);
    const [first] = await makePartitions(database.pool, ROWS);
    expect(first).toBe('outbox_250129');
    await append(150);
    await publish();
    expect(await dropPartitions(database.pool, 0)).toEqual(['outbox_0', 'outbox_default']);
  });

  it('follow each other without a gap after such a range', async () => {
    await append(30);
    expect(await makePartitions(database.pool, ROWS)).toEqual(['outbox_250129', 'outbox_250229']);
    await append(110);
    expect(await makePartitions(database.pool, ROWS)).toEqual(['outbox_250329', 'outbox_250429']);
    expect(await makePartitions(database.pool, ROWS)).toEqual([]);
    const spilled = await count('outbox_default');
    for (let i = 0; i < 4; i++) {
      await append(90);
      await makePartitions(database.pool, ROWS);
    }
    expect(await count('outbox_default')).toBe(spilled);
    await publish();
    await dropPartitions(database.pool, 0);
    expect(await count('outbox_default')).toBe(0);
  });

  it('are dropped when they are published and old, with their claims and confirm times', async () => {
    await makePartitions(database.pool, ROWS);
    await append(250);
    await publish();
    expect(await dropPartitions(database.pool, 3600)).toEqual(['outbox_0']);
    expect(await dropPartitions(database.pool, 0)).toEqual(['outbox_250000', 'outbox_250100']);
    expect(await partitions('outbox')).toEqual(['outbox_250200', 'outbox_default']);
    expect(await partitions('outbox_claims')).toEqual(['outbox_claims_250200', 'outbox_claims_default']);
    expect(await partitions('outbox_marks')).toEqual(['outbox_marks_250200', 'outbox_marks_default']);
  });

  it('without a table of confirm times are dropped, with their confirm times in the default partition', async () => {
    await makePartitions(database.pool, ROWS);
    await database.pool.query('DROP TABLE outbox_marks_250000');
    await append(50);
    await publish();
    expect(await count('outbox_marks_default')).toBe(1);
    await append(150);
    await publish();
    expect(await dropPartitions(database.pool, 3600)).toEqual(['outbox_0']);
    expect(await count('outbox_marks_default')).toBe(1);
    expect(await dropPartitions(database.pool, 0)).toEqual(['outbox_250000', 'outbox_default']);
    expect(await count('outbox_marks_default')).toBe(0);
  });

  it('stay while a row in them is not visible, not read or not confirmed', async () => {
    await makePartitions(database.pool, ROWS);
    for (let i = 0; i < 3; i++) {
      await append(20);
      await publish();
    }
    expect(await dropPartitions(database.pool, 0)).toEqual(['outbox_0']);
    await transaction(database.pool, async (tx) => {
      await appendBids(tx, uuidv7(), 1);
      for (let i = 0; i < 4; i++) {
        await append(50);
        await publish();
      }
      expect(await dropPartitions(database.pool, 0)).toEqual([]);
    });
    expect(await dropPartitions(database.pool, 0)).toEqual([]);
    await publish(202);
    expect(await dropPartitions(database.pool, 0)).toEqual([]);
    await publish();
    expect(await dropPartitions(database.pool, 0)).toEqual(['outbox_250000', 'outbox_250100']);
  });

  it('keep the state of the reader, so that the next relay continues there', async () => {
    await makePartitions(database.pool, ROWS);
    await append(250);
    await publish();
    await dropPartitions(database.pool, 0);
    const start = await beginTerm(session, 'next');
    expect(start).toMatchObject({
      publishedPosition: 250,
      lastPosition: 250,
      reader: { highId: LAST + 250 },
    });
  });

  it('are not dropped while the table is busy, so that bids do not wait for it', async () => {
    await makePartitions(database.pool, ROWS);
    await append(150);
    await publish();
    await transaction(database.pool, async (tx) => {
      await appendBids(tx, uuidv7(), 1);
      const before = Date.now();
      await expect(dropPartitions(database.pool, 0)).rejects.toMatchObject({ code: '55P03' });
      expect(Date.now() - before).toBeLessThan(2_000);
    });
    expect(await dropPartitions(database.pool, 0)).toEqual(['outbox_0', 'outbox_250000']);
  });
});
