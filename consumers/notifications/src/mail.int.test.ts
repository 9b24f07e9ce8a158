import { randomUUID } from 'node:crypto';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { transaction } from '@gavel/postgres/transaction';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMailOutbox } from './adapters/postgres/mail-outbox.ts';
import { notificationTables } from './adapters/postgres/notification-tables.ts';
import { notificationId } from './adapters/postgres/store-notices.ts';
import { createSmtpTransport } from './adapters/smtp/smtp-transport.ts';
import { MailSender } from './application/mail-sender.ts';
import { type MailServer, openMailServer } from './testing/mail-server.ts';
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
    new MailSender({
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

  /** Tells a new person that they were outbid; their address comes with it unless it is left out. */
  const tell = async (address?: string) => {
    const userId = randomUUID();
    const eventId = randomUUID();
    const itemId = randomUUID();
    await transaction(fixture.database.pool, async (tx) => {
      const tables = notificationTables(tx, { mail: true });
      await tables.lockItem(itemId);
      await tables.keepTitle(itemId, 'Oak chair\r\nBcc: eve@example.com', 1n);
      if (address !== undefined)
        await tables.keepRecipient({ userId, email: address, fullName: 'Ann O’Hara' });
      const price = { amount: 123_456n, currency: 'EUR' };
      await tables.notify([{ kind: 'outbid', eventId, itemId, userId, price, happenedAt: new Date() }]);
    });
    return { userId, itemId, id: notificationId({ eventId, userId }) };
  };

  const mail = async (id: string) => {
    const { rows } = await fixture.database.pool.query(
      'SELECT status, attempts, last_error FROM mails WHERE notification_id = $1',
      [id],
    );
    return rows[0];
  };

  it('goes to the person once, with the price and a link, under a Message-ID of the notification', async () => {
    const { id, itemId } = await tell('ann@example.com');
    await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent', attempts: 1 }));
    expect(server.messages).toHaveLength(1);
    // Soft line breaks of quoted-printable are no part of the text.
    const message = (server.messages[0] ?? '').replaceAll('=\r\n', '');
    expect(message).toContain(`Message-ID: <${id}@notifications.gavel>`);
    expect(message).toMatch(/^To: .*<ann@example\.com>\r$/m);
    expect(message).toContain(`http://gavel.example/items/${itemId}`);
    // A title with a line break makes no header of its own.
    expect(message).not.toMatch(/^Bcc:/m);
  });

  it('is what people want mailed, and only that, when the notification is made', async () => {
    const { pool } = fixture.database;
    const [itemId, eventId] = [randomUUID(), randomUUID()];
    const [unset, keen, mailOnly, neither] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await pool.query(
      `INSERT INTO preferences VALUES ($1, 'ending_soon', true, true), ($2, 'ending_soon', false, true),
         ($3, 'ending_soon', false, false), ($3, 'won', false, false)`,
      [keen, mailOnly, neither],
    );
    const tellAll = (kind: 'ending_soon' | 'won', users: string[]) =>
      transaction(pool, (tx) =>
        notificationTables(tx, { mail: true }).notify(
          users.map((userId) => ({ kind, eventId, itemId, userId, happenedAt: new Date() })),
        ),
      );
    await tellAll('ending_soon', [unset, keen, mailOnly, neither]);
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
    // Who has set nothing is mailed what they won.
    const winner = randomUUID();
    await tellAll('won', [winner, neither]);
    expect(await stored()).toContainEqual({ user_id: winner, in_app: true, mailed: true });
    expect(await stored()).toHaveLength(4);
  });

  it('waits for an address that is not known yet', async () => {
    const { id, userId } = await tell();
    await eventually(async () =>
      expect(await mail(id)).toMatchObject({ last_error: 'NO_ADDRESS', attempts: 0 }),
    );
    await transaction(fixture.database.pool, (tx) =>
      notificationTables(tx, { mail: true }).keepRecipient({
        userId,
        email: 'late@example.com',
        fullName: '',
      }),
    );
    await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent' }));
    expect(server.messages[0]).toMatch(/^To: .*late@example\.com/m);
  });

  it('is tried again when the server defers it, and given up after so many times', async () => {
    server.refusals.push(451);
    const first = await tell('ann@example.com');
    await eventually(async () => expect(await mail(first.id)).toMatchObject({ status: 'sent', attempts: 2 }));
    server.refusals.push(451, 451, 451);
    const second = await tell('ann@example.com');
    await eventually(async () => expect(await mail(second.id)).toMatchObject({ status: 'given_up' }));
    expect(await mail(second.id)).toMatchObject({ attempts: 3, last_error: 'EENVELOPE 451' });
  });

  it('is given up when the server refuses it, without a word of the server, and others go on', async () => {
    server.refusals.push(550);
    const refused = await tell('gone@example.com');
    await eventually(async () => expect(await mail(refused.id)).toMatchObject({ status: 'given_up' }));
    expect(await mail(refused.id)).toMatchObject({ last_error: 'EENVELOPE 550' });
    const good = await tell('ann@example.com');
    await eventually(async () => expect(await mail(good.id)).toMatchObject({ status: 'sent' }));
  });

  it('waits while the server is away, which uses up no try', async () => {
    await server.close();
    const { id } = await tell('ann@example.com');
    await eventually(() => expect(sender.status().state).toBe('retrying'));
    expect(await mail(id)).toMatchObject({ status: 'waiting', attempts: 0 });
    server = await openMailServer(server.port);
    await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent', attempts: 1 }));
    await eventually(() => expect(sender.status()).toEqual({ state: 'sending' }));
  });

  it('holds up no other while the server drops the connection over it, and is given up in the end', async () => {
    server.chokesOn.add('odd@example.com');
    const odd = [await tell('odd@example.com'), await tell('odd@example.com')];
    const others = [await tell('ann@example.com'), await tell('bob@example.com')];
    for (const { id } of others)
      await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent', attempts: 1 }));
    for (const { id } of odd)
      await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'given_up', attempts: 3 }));
    await eventually(() => expect(sender.status()).toEqual({ state: 'sending' }));
    expect(server.messages).toHaveLength(2);
  });

  it('goes out once from two senders', async () => {
    const other = startSender();
    const told = await Promise.all(Array.from({ length: 30 }, () => tell('ann@example.com')));
    for (const { id } of told) {
      await eventually(async () => expect(await mail(id)).toMatchObject({ status: 'sent', attempts: 1 }));
    }
    await other.stop();
    expect(server.messages).toHaveLength(30);
  });
});
