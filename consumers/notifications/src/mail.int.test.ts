import { randomUUID } from 'node:crypto';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { transaction } from '@gavel/postgres/transaction';
import { createSmtpTransport } from '@gavel/service-runtime/smtp-transport';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMailOutbox } from './adapters/postgres/mail-outbox.ts';
import { createNotificationTables } from './adapters/postgres/notification-tables.ts';
import { notificationId } from './adapters/postgres/store-notices.ts';
import type { NotificationTables, Recipient } from './application/ports.ts';
import { type MailSender, startMailSender } from './mail-sender.ts';
import { decodeMail, type MailServer, openMailServer } from './testing/mail-server.ts';
import { type NotificationsFixture, openNotificationsFixture } from './testing/notifications-fixture.ts';

describe('mail', () => {
  let fixture: NotificationsFixture;
  let server: MailServer;
  let sender: MailSender;

  beforeAll(async () => {
    fixture = await openNotificationsFixture((actual, expected) => expect(actual).toEqual(expected));
  });
  afterAll(() => fixture?.close());

  const startSender = () =>
    startMailSender({
      outbox: createMailOutbox(fixture.database.pool),
      transport: createSmtpTransport(server.url, 'Gavel <no-reply@gavel.example>'),
      webUrl: 'http://gavel.example/',
      pollMs: 20,
      policy: { firstMs: 30, maxMs: 60, attempts: 3, interruptions: 2, addressMs: 60_000 },
    });

  beforeEach(async () => {
    server = await openMailServer(await freePort());
    sender = startSender();
  });
  afterEach(async () => {
    await sender.stop();
    await server.close();
    await fixture.database.pool.query('DELETE FROM notifications');
  });

  /** Stores an outbid notification for a new person, and their address if one is given. */
  const notify = async (address?: string) => {
    const userId = randomUUID();
    const eventId = randomUUID();
    const itemId = randomUUID();
    await transaction(fixture.database.pool, async (tx) => {
      const tables = createNotificationTables(tx, { mail: true });
      await tables.lockItem(itemId);
      await tables.keepFacts(itemId, 1n, { title: 'Oak chair\r\nBcc: eve@example.com' });
      if (address !== undefined)
        await keepVerified(tables, { userId, email: address, fullName: 'Ann O’Hara' });
      const price = { amount: 123_456n, currency: 'EUR' };
      await tables.notify([{ kind: 'outbid', eventId, itemId, userId, price, happenedAt: new Date() }]);
    });
    return { userId, itemId, id: notificationId({ eventId, userId }) };
  };

  const keepVerified = async (tables: NotificationTables, recipient: Recipient) => {
    await tables.keepRecipient(recipient);
    await tables.keepVerifiedAddress({ ...recipient, sequence: 2n });
  };

  const mail = async (id: string) => {
    const { rows } = await fixture.database.pool.query(
      'SELECT status, attempts, last_error FROM mails WHERE notification_id = $1',
      [id],
    );
    return rows[0];
  };

  it('goes to the person once, with the price and a link, under a Message-ID of the notification', async () => {
    const { id, itemId } = await notify('ann@example.com');
    await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent', attempts: 1 }));
    expect(server.messages).toHaveLength(1);
    // Soft line breaks of quoted-printable are not part of the text.
    const message = (server.messages[0] ?? '').replaceAll('=\r\n', '');
    expect(message).toContain(`Message-ID: <${id}@notifications.gavel>`);
    expect(message).toMatch(/^To: .*<ann@example\.com>\r$/m);
    expect(message).toContain(`http://gavel.example/items/${itemId}`);
    // A title with a line break must not add a header.
    expect(message).not.toMatch(/^Bcc:/m);
  });

  it('shows the end, the next minimum and the picture of the newest events, whatever their order', async () => {
    const { pool } = fixture.database;
    const [itemId, ann, bob] = [randomUUID(), randomUUID(), randomUUID()];
    const endAt = new Date(Date.now() + 3_600_000);
    const events = [
      { sequence: 5n, facts: { endAt } },
      { sequence: 4n, facts: { minimumNextBid: { amount: 130_000n, currency: 'EUR' } } },
      { sequence: 3n, facts: { minimumNextBid: { amount: 120_000n, currency: 'EUR' } } },
      { sequence: 2n, facts: { image: '/pictures/new/640.webp' } },
      {
        sequence: 1n,
        facts: { title: '🪑'.repeat(130), image: '/pictures/old/640.webp', endAt: new Date(0) },
      },
    ];
    await transaction(pool, async (tx) => {
      const tables = createNotificationTables(tx, { mail: true });
      await keepVerified(tables, { userId: ann, email: 'ann@example.com', fullName: 'Ann' });
      await keepVerified(tables, { userId: bob, email: 'bob@example.com', fullName: 'Bob' });
      await tables.lockItem(itemId);
      for (const { sequence, facts } of events) await tables.keepFacts(itemId, sequence, facts);
      const price = { amount: 123_456n, currency: 'EUR' };
      const about = { eventId: randomUUID(), itemId, price, happenedAt: new Date() };
      await tables.notify([
        { ...about, kind: 'outbid', userId: ann },
        { ...about, kind: 'lost', outcome: 'bought_now', userId: bob },
      ]);
    });
    await eventually(() => expect(server.messages).toHaveLength(2));
    const [forAnn, forBob] = ['ann', 'bob'].map((name) =>
      decodeMail(server.messages.find((message) => message.includes(`${name}@example.com`)) ?? ''),
    );
    expect(forAnn?.subject).toBe(`You have been outbid on “${'🪑'.repeat(119)}…”`);
    const clock = endAt.toISOString().slice(11, 16);
    expect(forAnn?.bodies).toHaveLength(2);
    for (const body of forAnn?.bodies ?? []) {
      expect(body).toMatch(new RegExp(`The auction ends on .* ${clock} UTC`));
      expect(body).toContain('The next bid must be at least €1,300.00.');
    }
    expect(forAnn?.bodies[1]).toContain('<img src="http://gavel.example/pictures/new/640.webp"');
    expect(forBob?.bodies[0]).toContain('at its buy-now price, €1,234.56.');
  });

  it('is sent only for the kinds that people want mailed when the notification is stored', async () => {
    const { pool } = fixture.database;
    const [itemId, eventId] = [randomUUID(), randomUUID()];
    const [unset, keen, mailOnly, neither] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await pool.query(
      `INSERT INTO preferences VALUES ($1, 'ending_soon', true, true), ($2, 'ending_soon', false, true),
         ($3, 'ending_soon', false, false), ($3, 'won', false, false)`,
      [keen, mailOnly, neither],
    );
    const notifyAll = (kind: 'ending_soon' | 'won', users: string[]) =>
      transaction(pool, (tx) =>
        createNotificationTables(tx, { mail: true }).notify(
          users.map((userId) => ({ kind, eventId, itemId, userId, happenedAt: new Date() })),
        ),
      );
    await notifyAll('ending_soon', [unset, keen, mailOnly, neither]);
    const stored = async () => {
      const { rows } = await pool.query(
        `SELECT n.user_id, n.in_app, m.notification_id IS NOT NULL AS mailed
         FROM notifications n LEFT JOIN mails m ON m.notification_id = n.id WHERE event_id = $1`,
        [eventId],
      );
      return rows;
    };
    const expected = [
      { user_id: unset, in_app: true, mailed: false },
      { user_id: keen, in_app: true, mailed: true },
      { user_id: mailOnly, in_app: false, mailed: true },
    ];
    expect(await stored()).toEqual(expect.arrayContaining(expected));
    expect(await stored()).toHaveLength(3);
    // By default, people get a mail when they win.
    const winner = randomUUID();
    await notifyAll('won', [winner, neither]);
    expect(await stored()).toContainEqual({ user_id: winner, in_app: true, mailed: true });
    expect(await stored()).toHaveLength(4);
  });

  it('waits until the person has confirmed their address, and then goes to the newest confirmed one', async () => {
    const { id, userId } = await notify();
    const keep = (change: (tables: NotificationTables) => Promise<void>) =>
      transaction(fixture.database.pool, (tx) => change(createNotificationTables(tx, { mail: true })));
    await keep((tables) => tables.keepRecipient({ userId, email: 'early@example.com', fullName: 'Ann' }));
    await eventually(async () =>
      expect(await mail(id)).toMatchObject({ last_error: 'NO_ADDRESS', attempts: 0 }),
    );
    expect(server.messages).toEqual([]);
    await keep(async (tables) => {
      await tables.keepVerifiedAddress({ userId, email: 'late@example.com', sequence: 3n });
      // Events that arrive late change nothing.
      await tables.keepVerifiedAddress({ userId, email: 'early@example.com', sequence: 2n });
      await tables.keepRecipient({ userId, email: 'early@example.com', fullName: 'Ann' });
    });
    await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent' }));
    expect(server.messages[0]).toMatch(/^To: .*late@example\.com/m);
  });

  it('is retried when the server defers it, and given up after the last attempt', async () => {
    server.refusals.push(451);
    const first = await notify('ann@example.com');
    await eventually(async () => expect(await mail(first.id)).toMatchObject({ status: 'sent', attempts: 2 }));
    server.refusals.push(451, 451, 451);
    const second = await notify('ann@example.com');
    await eventually(async () => expect(await mail(second.id)).toMatchObject({ status: 'given_up' }));
    expect(await mail(second.id)).toMatchObject({ attempts: 3, last_error: 'EENVELOPE 451' });
  });

  it('is given up when the server refuses it: the server’s text is not stored, and other mails are sent', async () => {
    server.refusals.push(550);
    const refused = await notify('gone@example.com');
    await eventually(async () => expect(await mail(refused.id)).toMatchObject({ status: 'given_up' }));
    expect(await mail(refused.id)).toMatchObject({ last_error: 'EENVELOPE 550' });
    const good = await notify('ann@example.com');
    await eventually(async () => expect(await mail(good.id)).toMatchObject({ status: 'sent' }));
  });

  it('waits while the server is unavailable, which uses up no attempt', async () => {
    await server.close();
    const { id } = await notify('ann@example.com');
    await eventually(() => expect(sender.status().state).toBe('retrying'));
    expect(await mail(id)).toMatchObject({ status: 'waiting', attempts: 0 });
    server = await openMailServer(server.port);
    await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent', attempts: 1 }));
    await eventually(() => expect(sender.status()).toEqual({ state: 'sending' }));
  });

  it('delays no other mail when the server drops the connection during it, and is given up at the end', async () => {
    server.dropsConnectionsFor.add('odd@example.com');
    const odd = [await notify('odd@example.com'), await notify('odd@example.com')];
    const others = [await notify('ann@example.com'), await notify('bob@example.com')];
    for (const { id } of others)
      await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent', attempts: 1 }));
    for (const { id } of odd)
      await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'given_up', attempts: 3 }));
    await eventually(() => expect(sender.status()).toEqual({ state: 'sending' }));
    expect(server.messages).toHaveLength(2);
  });

  it('is sent once when two senders run', async () => {
    const other = startSender();
    const notified = await Promise.all(Array.from({ length: 30 }, () => notify('ann@example.com')));
    for (const { id } of notified) {
      await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent', attempts: 1 }));
    }
    await other.stop();
    expect(server.messages).toHaveLength(30);
  });
});
