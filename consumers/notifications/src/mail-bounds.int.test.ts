import { randomUUID } from 'node:crypto';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { createSmtpTransport } from '@gavel/service-runtime/smtp-transport';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { forgetOld } from './adapters/postgres/forget-old.ts';
import { createMailOutbox } from './adapters/postgres/mail-outbox.ts';
import { startMailSender } from './mail-sender.ts';
import { openMailServer } from './testing/mail-server.ts';
import { type NotificationsFixture, openNotificationsFixture } from './testing/notifications-fixture.ts';

describe('the mail outbox', () => {
  let fixture: NotificationsFixture;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    fixture = await openNotificationsFixture((actual, expected) => expect(actual).toEqual(expected));
  });
  afterAll(() => fixture?.close());
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await fixture.database.pool.query('TRUNCATE notifications CASCADE');
  });

  /** Stores `count` notifications to people with known addresses, each with its mail; returns their ids. */
  const fill = async (count: number): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => randomUUID());
    const { pool } = fixture.database;
    await pool.query(
      `INSERT INTO notifications (id, user_id, kind, item_id, event_id, amount, currency, happened_at)
       SELECT id, id, 'outbid', id, id, 100, 'EUR', now() FROM unnest($1::uuid[]) id`,
      [ids],
    );
    await pool.query(
      `INSERT INTO recipients (user_id, email, full_name, verified) SELECT id, 'a@example.com', 'A', true FROM unnest($1::uuid[]) id`,
      [ids],
    );
    await pool.query(
      'INSERT INTO mails (notification_id, user_id) SELECT id, id FROM unnest($1::uuid[]) id',
      [ids],
    );
    return ids;
  };

  it('deletes mails that were sent or given up a month ago, and keeps waiting ones', async () => {
    const [sent, givenUp, waiting, recent] = await fill(4);
    const { pool } = fixture.database;
    const outbox = createMailOutbox(pool);
    await outbox.record(sent ?? '', { kind: 'sent' });
    await outbox.record(givenUp ?? '', { kind: 'given-up', error: 'EENVELOPE 550' });
    await outbox.record(recent ?? '', { kind: 'sent' });
    await pool.query(
      `UPDATE mails SET settled_at = now() - interval '31 days' WHERE notification_id = ANY ($1::uuid[])`,
      [[sent, givenUp]],
    );
    await pool.query(`UPDATE mails SET created_at = now() - interval '31 days' WHERE notification_id = $1`, [
      waiting,
    ]);
    await forgetOld(pool);
    const { rows } = await pool.query<{ id: string }>('SELECT notification_id AS id FROM mails');
    expect(rows.map(({ id }) => id).sort()).toEqual([waiting, recent].sort());
    // The notifications themselves stay.
    const { rows: kept } = await pool.query('SELECT count(*)::integer AS n FROM notifications');
    expect(kept).toEqual([{ n: 4 }]);
  });

  it('leases ten mails at a time to a sender, however many wait', async () => {
    const { pool } = fixture.database;
    await fill(200);
    const server = await openMailServer(await freePort());
    ends.push(() => server.close());
    const sender = startMailSender({
      outbox: createMailOutbox(pool),
      transport: createSmtpTransport(server.url, 'Gavel <no-reply@gavel.example>'),
      webUrl: undefined,
      pollMs: 20,
      policy: { firstMs: 30, maxMs: 60, attempts: 3, interruptions: 2, addressMs: 60_000 },
    });
    ends.push(() => sender.stop());
    let most = 0;
    await eventually(async () => {
      const { rows } = await pool.query<{ lent: number; sent: number }>(
        `SELECT count(*) FILTER (WHERE status = 'waiting' AND next_attempt_at > now())::integer AS lent,
           count(*) FILTER (WHERE status = 'sent')::integer AS sent FROM mails`,
      );
      most = Math.max(most, rows[0]?.lent ?? 0);
      expect(rows[0]?.sent).toBe(200);
    }, 60_000);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(10);
    expect(server.messages).toHaveLength(200);
  });
});
