import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNotificationTables } from './adapters/postgres/notification-tables.ts';
import type { Notice, NoticeKind } from './domain/notice.ts';
import { notificationsProcess } from './process.ts';

describe('unread notifications about one item', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(notificationsProcess.database.migrations);
  });
  afterAll(() => database?.drop());

  const notice = (userId: string, itemId: string, kind: NoticeKind, minute: number): Notice => ({
    kind,
    itemId,
    userId,
    eventId: randomUUID(),
    happenedAt: new Date(Date.UTC(2026, 4, 1, 12, minute)),
  });
  const store = (...notices: Notice[]) =>
    transaction(database.pool, (tx) => createNotificationTables(tx, { mail: true }).notify(notices));
  /** What the person's list shows, oldest first. */
  const shown = async (userId: string) => {
    const { rows } = await database.pool.query(
      'SELECT kind, notices FROM notifications WHERE user_id = $1 AND in_app AND NOT folded ORDER BY happened_at',
      [userId],
    );
    return rows.map(({ kind, notices }) => `${kind} ${notices}`);
  };

  it('are one, with the newest text and their number', async () => {
    const [ann, bob, itemId, other] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    for (let minute = 0; minute < 14; minute++) await store(notice(ann, itemId, 'outbid', minute));
    await store(notice(ann, itemId, 'lost', 14), notice(bob, itemId, 'lost', 14));
    await store(notice(ann, other, 'outbid', 15));
    expect(await shown(ann)).toEqual(['lost 15', 'outbid 1']);
    expect(await shown(bob)).toEqual(['lost 1']);
  });

  it('show the newest event, when an older one arrives later', async () => {
    const [ann, itemId] = [randomUUID(), randomUUID()];
    await store(notice(ann, itemId, 'ending_soon', 5));
    await store(notice(ann, itemId, 'outbid', 3));
    await store(notice(ann, itemId, 'outbid', 7));
    expect(await shown(ann)).toEqual(['outbid 3']);
  });

  it('are one when they are stored at once', async () => {
    const [ann, itemId] = [randomUUID(), randomUUID()];
    await store(notice(ann, itemId, 'outbid', 1), notice(ann, itemId, 'ending_soon', 2));
    expect(await shown(ann)).toEqual(['ending_soon 2']);
  });

  it('count a notice once, also when it is stored again', async () => {
    const [ann, itemId] = [randomUUID(), randomUUID()];
    const [first, second] = [notice(ann, itemId, 'outbid', 1), notice(ann, itemId, 'outbid', 2)];
    await store(first);
    await store(second, first);
    await store(first, second);
    expect(await shown(ann)).toEqual(['outbid 2']);
  });

  it('do not include those that were read, nor those that are only mailed', async () => {
    const [ann, itemId] = [randomUUID(), randomUUID()];
    await store(notice(ann, itemId, 'outbid', 1));
    await database.pool.query('UPDATE notifications SET read_at = now() WHERE user_id = $1', [ann]);
    await database.pool.query("INSERT INTO preferences VALUES ($1, 'ending_soon', false, true)", [ann]);
    await store(notice(ann, itemId, 'ending_soon', 2));
    await store(notice(ann, itemId, 'outbid', 3));
    expect(await shown(ann)).toEqual(['outbid 1', 'outbid 1']);
  });

  it('stay whole when the person marks the shown one as read while a new one is stored', async () => {
    const [ann, itemId] = [randomUUID(), randomUUID()];
    await store(notice(ann, itemId, 'outbid', 1));
    const reader = await database.pool.connect();
    try {
      await reader.query('BEGIN');
      await reader.query('UPDATE notifications SET read_at = now() WHERE user_id = $1', [ann]);
      // An older and a newer event: neither may be hidden behind a notification that was read in between.
      const storing = store(notice(ann, itemId, 'outbid', 0), notice(ann, itemId, 'lost', 2));
      await expect
        .poll(
          async () =>
            (
              await database.pool.query(
                "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
              )
            ).rowCount,
          { timeout: 30_000 },
        )
        .toBe(1);
      await reader.query('COMMIT');
      await storing;
    } finally {
      reader.release();
    }
    expect(await shown(ann)).toEqual(['outbid 1', 'lost 2']);
  });
});
