import { randomUUID } from 'node:crypto';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { type EventMessage, event } from '@gavel/notifications-consumer/testing/event-message';
import {
  type NotificationsFixture,
  openNotificationsFixture,
} from '@gavel/notifications-consumer/testing/notifications-fixture';
import { startWorkingConsumer } from '@gavel/notifications-consumer/testing/working-consumer';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import {
  NotificationKind as Kind,
  NotificationService,
} from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { encodePageToken } from '@gavel/service-runtime/page';
import { startService } from '@gavel/service-runtime/run-service';
import { startTokenIssuer, type TokenIssuer } from '@gavel/service-runtime/testing/token-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notificationsService } from './main.ts';

describe('NotificationService', () => {
  let fixture: NotificationsFixture;
  let auth: TokenIssuer;
  let url: string;
  const stops: (() => Promise<void> | void)[] = [];

  const start = (databaseUrl: string): Promise<string> =>
    startService(
      notificationsService,
      {
        HOST: '127.0.0.1',
        PORT: 0,
        DATABASE_URL: databaseUrl,
        DATABASE_POOL: 4,
        AUTH_URL: auth.url,
        AUTH_ISSUER: 'http://auth.gavel',
        AUTH_AUDIENCE: 'gavel',
      },
      { onStop: (_, stop) => stops.unshift(stop) },
    );

  beforeAll(async () => {
    [fixture, auth] = await Promise.all([
      openNotificationsFixture((actual, expected) => expect(actual).toEqual(expected)),
      startTokenIssuer(),
    ]);
    const consumer = await startWorkingConsumer(fixture);
    stops.unshift(() => consumer.stop());
    url = await start(fixture.database.url);
  });

  afterAll(async () => {
    for (const stop of stops) await stop();
    await auth?.close();
    await fixture?.close();
  });

  /** The service's methods with one user's access token. */
  const as = async (userId: string, baseUrl = url) => {
    const headers = { authorization: `Bearer ${await auth.tokenFor(userId)}` };
    const client = createClient(NotificationService, createConnectTransport({ baseUrl, httpVersion: '1.1' }));
    return {
      list: (request = {}) => client.listNotifications(request, { headers }),
      markRead: (id = '') => client.markRead({ id }, { headers }),
      preferences: async () => (await client.getPreferences({}, { headers })).preferences,
      prefer: async (...preferences: { kind: Kind; inApp: boolean; email: boolean }[]) =>
        (await client.updatePreferences({ preferences }, { headers })).preferences,
    };
  };

  const reasonOf = async (answer: Promise<unknown>): Promise<string | undefined> => {
    const error = await answer.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason;
  };

  /** Events that notify one user once of each kind, each about another item. */
  const everyKind = (me: string): EventMessage[] => {
    const other = randomUUID();
    const items = Array.from({ length: 11 }, () => randomUUID());
    const [outbid = '', won = '', sold = '', soon = '', cancelled = '', unsold = '', ...more] = items;
    const [lost = '', ended = '', started = '', relisted = '', bidOn = ''] = more;
    const before = new Date(Date.now() - 60_000).toISOString();
    return [
      event.placed(outbid, me, 2),
      event.placed(outbid, other, 3, me),
      event.closed(won, other, 4, me),
      event.closed(sold, me, 4, other),
      event.placed(soon, me, 2),
      event.endingSoon(soon, 3),
      event.placed(cancelled, me, 2),
      event.cancelled(cancelled, 3, other),
      event.closed(unsold, me, 2),
      event.placed(lost, me, 2),
      event.closed(lost, other, 4, other, { boughtNow: true }),
      event.watched(ended, me, 1, before),
      event.closed(ended, other, 2, undefined, { outcome: ItemOutcome.RESERVE_NOT_MET }),
      event.watched(started, me, 1, before),
      event.started(started, 2),
      event.watched(relisted, me, 1, before),
      event.relisted(relisted, randomUUID(), 4),
      event.placed(bidOn, other, 2, '', { sellerId: me }),
    ];
  };
  const publish = async (...events: EventMessage[]) => {
    await fixture.publish(...events);
    await fixture.untilHandled(...events);
  };
  const all = [
    Kind.OUTBID,
    Kind.WON,
    Kind.SOLD,
    Kind.ENDING_SOON,
    Kind.CANCELLED,
    Kind.UNSOLD,
    Kind.LOST,
    Kind.ENDED,
    Kind.STARTED,
    Kind.RELISTED,
    Kind.FIRST_BID,
  ];
  const mailed: readonly Kind[] = [Kind.OUTBID, Kind.WON, Kind.SOLD, Kind.LOST];

  it('lists one notification per kind of event, and none for kinds that are switched off', async () => {
    const [me, stranger] = [randomUUID(), randomUUID()];
    const mine = await as(me);
    await publish(...everyKind(me));
    const { notifications, unreadCount } = await mine.list();
    expect(notifications.map(({ kind }) => kind).toSorted((a, b) => a - b)).toEqual(all);
    expect(unreadCount).toBe(11n);
    expect(notifications.find(({ kind }) => kind === Kind.OUTBID)).toMatchObject({
      title: 'A titled bid',
      amount: 300n,
      currency: 'EUR',
      readAt: '',
      outcome: ItemOutcome.UNSPECIFIED,
      notices: 1,
    });
    const of = (kind: Kind) => notifications.find((each) => each.kind === kind);
    expect(of(Kind.LOST)).toMatchObject({ outcome: ItemOutcome.SOLD, boughtNow: true, amount: 12_300n });
    expect(of(Kind.ENDED)).toMatchObject({ outcome: ItemOutcome.RESERVE_NOT_MET, boughtNow: false });
    expect(of(Kind.UNSOLD)).toMatchObject({ outcome: ItemOutcome.NO_BIDS, boughtNow: false });
    expect(await (await as(stranger)).list()).toMatchObject({ notifications: [], unreadCount: 0n });

    await mine.prefer(...all.map((kind) => ({ kind, inApp: false, email: false })));
    await publish(...everyKind(me));
    expect((await mine.list()).notifications).toHaveLength(11);

    await mine.prefer({ kind: Kind.SOLD, inApp: true, email: false });
    await publish(...everyKind(me));
    const kinds = (await mine.list()).notifications.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === Kind.SOLD)).toHaveLength(2);
    expect(kinds).toHaveLength(12);
  });

  it('returns the defaults until a user has set their own preferences', async () => {
    const mine = await as(randomUUID());
    const defaults = all.map((kind) => ({
      kind,
      inApp: true,
      email: mailed.includes(kind),
    }));
    expect(await mine.preferences()).toMatchObject(defaults);
    const own = { kind: Kind.WON, inApp: false, email: true };
    const changed = defaults.map((each) => (each.kind === own.kind ? own : each));
    expect(await mine.prefer(own)).toMatchObject(changed);
    expect(await mine.prefer()).toMatchObject(changed);
    expect(await mine.preferences()).toMatchObject(changed);
  });

  it('rejects a repeated, missing or unknown kind, and changes nothing', async () => {
    const mine = await as(randomUUID());
    const off = (kind: Kind) => ({ kind, inApp: false, email: false });
    expect(await reasonOf(mine.prefer(off(Kind.WON), off(Kind.SOLD), off(Kind.WON)))).toBe('INVALID_FIELD');
    expect(await reasonOf(mine.prefer(off(Kind.UNSPECIFIED)))).toBe('INVALID_FIELD');
    expect(await reasonOf(mine.prefer(off(99 as Kind)))).toBe('INVALID_FIELD');
    expect((await mine.preferences()).every(({ inApp }) => inApp)).toBe(true);
  });

  it('pages through all notifications, newest first, while new ones arrive and some have the same time', async () => {
    const me = randomUUID();
    const mine = await as(me);
    const store = (ids: readonly string[], at: string) =>
      fixture.database.pool.query(
        `INSERT INTO notifications (id, user_id, kind, item_id, event_id, happened_at, read_at)
         SELECT id, $2, 'won', id, id, $3, CASE WHEN get_byte(uuid_send(id), 15) % 2 = 0 THEN now() END
         FROM unnest($1::uuid[]) AS id`,
        [ids, me, at],
      );
    const ids = Array.from({ length: 9 }, () => randomUUID()).toSorted();
    await store(ids.slice(0, 5), '2026-03-01T00:00:00.001Z');
    await store(ids.slice(5), '2026-02-01T00:00:00Z');
    const read = async (unreadOnly: boolean) => {
      const seen: string[] = [];
      for (let pageToken = ''; ; ) {
        const page = await mine.list({ pageSize: 2, pageToken, unreadOnly });
        seen.push(...page.notifications.map(({ id }) => id));
        await store([randomUUID()], '2026-04-01T00:00:00Z');
        pageToken = page.nextPageToken;
        if (pageToken === '') return seen;
      }
    };
    expect(await read(false)).toEqual(ids);
    await fixture.database.pool.query("DELETE FROM notifications WHERE happened_at = '2026-04-01'");
    const unread = ids.filter((id) => Number.parseInt(id.slice(-2), 16) % 2 === 1);
    expect(await read(true)).toEqual(unread);
  });

  it('accepts a page token only for the list that returned it', async () => {
    const me = randomUUID();
    const mine = await as(me);
    await publish(event.closed(randomUUID(), me, 2), event.closed(randomUUID(), me, 2));
    const { nextPageToken: pageToken } = await mine.list({ pageSize: 1 });
    expect((await mine.list({ pageSize: 1, pageToken })).nextPageToken).toBe('');
    const query = ['ListNotifications', me, 'all'];
    const yearBeyondPostgres = encodePageToken(query, ['+012026-01-01T00:00:00.000Z', me]);
    const theirs = await as(randomUUID());
    const requests = [
      () => mine.list({ pageToken, unreadOnly: true }),
      () => theirs.list({ pageToken }),
      () => mine.list({ pageToken: `${pageToken}.` }),
      () => mine.list({ pageToken: 'x' }),
      () => mine.list({ pageToken: yearBeyondPostgres }),
    ];
    for (const request of requests) expect(await reasonOf(request())).toBe('INVALID_PAGE_TOKEN');
    expect(await reasonOf(mine.list({ pageSize: -1 }))).toBe('INVALID_FIELD');
  });

  it('marks one or all notifications of the caller as read, and repeats change nothing', async () => {
    const [me, stranger] = [randomUUID(), randomUUID()];
    const mine = await as(me);
    const theirs = await as(stranger);
    await publish(...[me, me, me, stranger].map((seller) => event.closed(randomUUID(), seller, 2)));
    const first = (await mine.list()).notifications[0]?.id ?? '';
    expect(await mine.markRead(first)).toMatchObject({ unreadCount: 2n });
    const readAt = (await mine.list()).notifications[0]?.readAt;
    expect(readAt).not.toBe('');
    expect(await mine.markRead(first)).toMatchObject({ unreadCount: 2n });
    expect((await mine.list()).notifications[0]?.readAt).toBe(readAt);
    for (const id of [randomUUID(), 'nothing']) {
      expect(await reasonOf(mine.markRead(id))).toBe('NOTIFICATION_NOT_FOUND');
    }
    expect(await reasonOf(theirs.markRead(first))).toBe('NOTIFICATION_NOT_FOUND');
    expect(await mine.markRead()).toMatchObject({ unreadCount: 0n });
    expect((await mine.list({ unreadOnly: true })).notifications).toEqual([]);
    expect(await theirs.list()).toMatchObject({ unreadCount: 1n });
  });

  it('shows one row for the unread notifications about an item, and counts and marks it as one', async () => {
    const [me, other, itemId] = [randomUUID(), randomUUID(), randomUUID()];
    const mine = await as(me);
    await publish(event.placed(itemId, me, 2), event.placed(itemId, other, 3, me));
    const first = (await mine.list()).notifications[0]?.id ?? '';
    await publish(event.closed(itemId, randomUUID(), 4, other));
    const { notifications, unreadCount } = await mine.list();
    expect(notifications).toMatchObject([{ kind: Kind.LOST, notices: 2, readAt: '' }]);
    expect(unreadCount).toBe(1n);
    // A page that was loaded before still names the replaced one: the newer one stays unread.
    expect(await mine.markRead(first)).toMatchObject({ unreadCount: 1n });
    expect(await mine.markRead(notifications[0]?.id)).toMatchObject({ unreadCount: 0n });
    expect((await mine.list()).notifications).toMatchObject([{ kind: Kind.LOST, notices: 2 }]);
  });

  it('does not show notifications that are only mailed', async () => {
    const me = randomUUID();
    const mine = await as(me);
    const id = randomUUID();
    await fixture.database.pool.query(
      `INSERT INTO notifications (id, user_id, kind, item_id, event_id, happened_at, in_app)
       VALUES ($1, $2, 'won', $1, $1, now(), false)`,
      [id, me],
    );
    expect(await mine.list()).toMatchObject({ notifications: [], unreadCount: 0n });
    expect(await reasonOf(mine.markRead(id))).toBe('NOTIFICATION_NOT_FOUND');
  });

  it('needs an access token, is ready, and answers UNAVAILABLE while the database is unavailable', async () => {
    const anonymous = createClient(
      NotificationService,
      createConnectTransport({ baseUrl: url, httpVersion: '1.1' }),
    );
    await expect(anonymous.listNotifications({})).rejects.toMatchObject({ code: Code.Unauthenticated });
    await expect(anonymous.getPreferences({})).rejects.toMatchObject({ code: Code.Unauthenticated });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const unavailable = await start('postgresql://reader@127.0.0.1:1/gavel_notifications');
    expect(await reasonOf((await as(randomUUID(), unavailable)).list())).toBe('UNAVAILABLE');
  });
});
