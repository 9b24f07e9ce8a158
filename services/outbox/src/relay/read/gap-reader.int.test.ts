import { createPool, type Pool } from '@gavel/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { outboxMigrations } from '../../migrations.ts';
import { appendBids, commitBids } from '../../testing/event-rig.ts';
import { type LeaderCandidate, openCandidate } from '../leader-session.ts';
import { beginTerm, claim } from '../term/term-records.ts';
import { createGapReader } from './gap-reader.ts';
import type { OutboxRow, RowReader } from './row-reader.ts';

const AWHILE = { timeout: 30_000, interval: 20 };

let database: TestDatabase;
let pool: Pool;
let session: LeaderCandidate;
let reader: RowReader;
let epoch: number;
let position: number;

beforeAll(async () => {
  database = await createTestDatabase([outboxMigrations]);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('TRUNCATE outbox, outbox_claims');
  pool = createPool({ connectionString: database.url, applicationName: 'reader', max: 4 });
  await takeOver();
});
afterEach(async () => {
  session.close();
  await pool.end();
});

/** Takes the outbox over as a new relay, which knows only what is stored. */
async function takeOver(): Promise<void> {
  session?.close();
  session = await openCandidate(pool);
  // The session of the relay before takes a moment to end.
  await vi.waitFor(async () => expect(await session.tryLock()).toBe(true), AWHILE);
  const start = await beginTerm(session, 'test');
  epoch = start.epoch;
  position = start.lastPosition + 1;
  reader = createGapReader(start.reader);
}

/** One round of the relay: read and, if there is anything, claim. Labels `<aggregate>/<sequence>`. */
async function round(limit = 1000): Promise<string[]> {
  const rows = await reader.read(session, limit);
  if (rows.length > 0) {
    reader.claimed(await claim(session, epoch, position, rows, reader.state));
    position += rows.length;
  }
  return rows.map(label);
}
const label = (row: Pick<OutboxRow, 'aggregateId' | 'sequence'>): string =>
  `${row.aggregateId}/${row.sequence}`;

/** A transaction that has appended events and stays open until `commit` or `rollback`. */
async function openTransaction(item: string, ...sequences: number[]) {
  let finish: (commit: boolean) => void = () => undefined;
  const decided = new Promise<boolean>((resolve) => {
    finish = resolve;
  });
  let done: Promise<void> = Promise.resolve();
  await new Promise<void>((appended) => {
    done = transaction(database.pool, async (tx) => {
      await appendBids(tx, item, ...sequences);
      appended();
      if (!(await decided)) throw new Error('rolled back');
    }).catch((error: Error) => {
      if (error.message !== 'rolled back') throw error;
    });
  });
  return {
    commit: () => {
      finish(true);
      return done;
    },
    rollback: () => {
      finish(false);
      return done;
    },
  };
}

describe('the gap reader', () => {
  it('reads a row that commits after rows with higher ids', async () => {
    const slow = await openTransaction('slow', 1, 2);
    await commitBids(database.pool, 'quick', 1);
    expect(await round()).toEqual(['quick/1']);
    expect(await round()).toEqual([]);
    await commitBids(database.pool, 'quick', 2);
    expect(await round()).toEqual(['quick/2']);
    await slow.commit();
    expect(await round()).toEqual(['slow/1', 'slow/2']);
    expect(await round()).toEqual([]);
  });

  it('reads such a row also after another relay has taken over', async () => {
    const slow = await openTransaction('slow', 1);
    await commitBids(database.pool, 'quick', 1);
    expect(await round()).toEqual(['quick/1']);
    await takeOver();
    expect(reader.state.gaps).toHaveLength(1);
    await slow.commit();
    expect(await round()).toEqual(['slow/1']);
  });

  it('keeps the ids of a transaction as a gap until it has ended, and drops them after a rollback', async () => {
    const failing = await openTransaction('gone', 1);
    await commitBids(database.pool, 'a', 1);
    await round();
    await commitBids(database.pool, 'a', 2);
    await round();
    await round();
    expect(reader.state.gaps).toHaveLength(1);
    await failing.rollback();
    let sequence = 3;
    // Transactions of other databases on the server also count as running, and may take a while.
    await vi.waitFor(async () => {
      await commitBids(database.pool, 'a', sequence++);
      await round();
      expect(reader.state.gaps).toEqual([]);
    }, AWHILE);
  });

  it('keeps the order of an aggregate when a filled gap does not fit in one page', async () => {
    const slow = await openTransaction('slow', ...Array.from({ length: 30 }, (_, i) => i + 1));
    await commitBids(database.pool, 'quick', 1);
    expect(await round()).toEqual(['quick/1']);
    await slow.commit();
    await commitBids(database.pool, 'slow', 31, 32);
    const seen: string[] = [];
    for (let page = await round(7); page.length > 0; page = await round(7)) {
      expect(page.length).toBeLessThanOrEqual(7);
      seen.push(...page);
    }
    expect(seen).toEqual(Array.from({ length: 32 }, (_, i) => `slow/${i + 1}`));
  });

  it('limits a page by its bytes, and reads every row once', async () => {
    const gap = await openTransaction('large', 1);
    await database.pool.query(
      `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, body)
       SELECT gen_random_uuid(), 'bids.v1.BidPlaced', 'gavel.bids.bid_placed.large', 'gavel.bids', 'large', n, now(), $1
       FROM generate_series(2, 13) AS n`,
      [Buffer.alloc(900_000)],
    );
    const first = await round();
    expect(first).toEqual([2, 3, 4, 5, 6].map((n) => `large/${n}`));
    await gap.commit();
    const rest: string[] = [];
    for (let page = await round(); page.length > 0; page = await round()) rest.push(...page);
    expect(rest).toEqual([1, 7, 8, 9, 10, 11, 12, 13].map((n) => `large/${n}`));
  });

  it('reads every row once and each aggregate in order under many concurrent writers', async () => {
    const items = Array.from({ length: 8 }, () => uuidv7());
    await database.pool.query(
      'CREATE TABLE IF NOT EXISTS versions (id text PRIMARY KEY, version int NOT NULL)',
    );
    await database.pool.query(
      'INSERT INTO versions SELECT id, 0 FROM unnest($1::text[]) AS id ON CONFLICT DO NOTHING',
      [items],
    );
    let writing = true;
    const writers = Array.from({ length: 12 }, async (_, w) => {
      for (let i = 0; i < 60; i++) {
        await transaction(database.pool, async (tx) => {
          const item = items[(w + i) % items.length] as string;
          const { rows } = await tx.query<{ version: number }>(
            'UPDATE versions SET version = version + 1 WHERE id = $1 RETURNING version',
            [item],
          );
          await appendBids(tx, item, rows[0]?.version ?? 0);
          // Some transactions commit late, some roll back.
          if (i % 5 === 0) await tx.query('SELECT pg_sleep(0.01)');
          if (i % 7 === 0) throw new Error('rolled back');
        }).catch((error: Error) => {
          if (error.message !== 'rolled back') throw error;
        });
      }
    });
    const done = Promise.all(writers).finally(() => {
      writing = false;
    });
    const seen: string[] = [];
    let rounds = 0;
    for (;;) {
      const more = writing;
      const page = await round(20);
      seen.push(...page);
      if (++rounds % 25 === 0) await takeOver();
      if (!more && page.length === 0) break;
    }
    await done;
    const { rows } = await database.pool.query<OutboxRow>(
      'SELECT aggregate_id AS "aggregateId", sequence::text AS sequence FROM outbox ORDER BY id',
    );
    expect(seen.toSorted()).toEqual(rows.map(label).toSorted());
    for (const item of items) {
      const own = seen.filter((each) => each.startsWith(item)).map((each) => Number(each.split('/')[1]));
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  it('reads no row again while a transaction stays open for long', async () => {
    const open = await openTransaction('open', 1);
    for (let i = 1; i <= 300; i++) await commitBids(database.pool, 'busy', i);
    while ((await round(100)).length > 0);
    expect(reader.state.gaps).toHaveLength(1);
    await database.pool.query('ANALYZE outbox');
    const { rows } = await database.pool.query<{ n: bigint }>(
      'SELECT count(*) AS n FROM outbox WHERE id > $1 OR id BETWEEN $2 AND $3',
      [reader.state.highId, reader.state.gaps[0]?.low, reader.state.gaps[0]?.high],
    );
    expect(rows[0]?.n).toBe(0n);
    await open.commit();
    expect(await round()).toEqual(['open/1']);
  });

  it('a relay cannot claim after another one has taken over', async () => {
    await commitBids(database.pool, 'a', 1);
    const rows = await reader.read(session, 10);
    const zombie = { epoch, state: reader.state };
    await takeOver();
    await expect(claim(session, zombie.epoch, position, rows, zombie.state)).rejects.toThrow('another relay');
    expect(await round()).toEqual(['a/1']);
  });
});
