import { randomUUID } from 'node:crypto';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { forgetOld } from './adapters/postgres/forget-old.ts';
import { event } from './testing/event-message.ts';
import { type NotificationsFixture, openNotificationsFixture } from './testing/notifications-fixture.ts';
import { startWorkingConsumer } from './testing/working-consumer.ts';

describe('notifications', () => {
  let fixture: NotificationsFixture;
  let consumer: { stop(): Promise<void> };

  beforeAll(async () => {
    fixture = await openNotificationsFixture((actual, expected) => expect(actual).toEqual(expected));
    consumer = await startWorkingConsumer(fixture);
  });

  afterAll(async () => {
    await consumer?.stop();
    await fixture?.close();
  });

  afterEach(() => fixture.database.pool.query('TRUNCATE dead_letters'));

  const people = () => [randomUUID(), randomUUID(), randomUUID()] as const;

  it('notifies the outbid bidder, with the price, and not the new highest bidder', async () => {
    const [itemId, ann, bob] = people();
    const second = event.bid(itemId, bob, 3);
    await fixture.publish(event.created(itemId, 'Oak chair'), event.bid(itemId, ann, 2), second);
    await fixture.expectTold(ann, `outbid by ${second.id}`);
    expect(await fixture.told(bob)).toEqual([]);
    const { rows } = await fixture.database.pool.query(
      'SELECT item_id, amount, currency, read_at FROM notifications WHERE user_id = $1',
      [ann],
    );
    expect(rows).toEqual([{ item_id: itemId, amount: 300n, currency: 'EUR', read_at: null }]);
  });

  it('notifies once when the events arrive twice', async () => {
    const [itemId, ann, bob] = people();
    const bids = [event.bid(itemId, ann, 2), event.bid(itemId, bob, 3)] as const;
    await fixture.publish(...bids, ...bids, ...bids);
    const last = event.bid(itemId, ann, 4);
    await fixture.publish(last);
    await fixture.expectTold(bob, `outbid by ${last.id}`);
    await fixture.expectTold(ann, `outbid by ${bids[1].id}`);
  });

  it('notifies each outbid bidder once when the bids arrive in the wrong order', async () => {
    const [itemId, ann, bob] = people();
    const cho = randomUUID();
    const bids = [event.bid(itemId, ann, 2), event.bid(itemId, bob, 3), event.bid(itemId, cho, 4)] as const;
    await fixture.publish(bids[0], bids[2], bids[1]);
    await fixture.expectTold(ann, `outbid by ${bids[2].id}`);
    await fixture.expectTold(bob, `outbid by ${bids[2].id}`);
    expect(await fixture.told(cho)).toEqual([]);
  });

  it('notifies the winner and the seller of a sale, and the seller alone when nothing was sold', async () => {
    const [itemId, winner, seller] = people();
    const sold = event.closed(itemId, seller, 5, winner);
    const unsold = event.closed(randomUUID(), seller, 2);
    const under = event.closed(randomUUID(), seller, 9, undefined, { outcome: ItemOutcome.RESERVE_NOT_MET });
    await fixture.publish(sold, unsold, under);
    await fixture.expectTold(winner, `won by ${sold.id}`);
    await fixture.expectTold(
      seller,
      `sold by ${sold.id}`,
      `no_bids by ${unsold.id}`,
      `reserve_not_met by ${under.id}`,
    );
  });

  it('notifies every bidder of a withdrawn item, also one whose bid arrives after the withdrawal', async () => {
    const [itemId, ann, bob] = people();
    const cancelling = event.cancelled(itemId, 4);
    const bids = [event.bid(itemId, ann, 2), event.bid(itemId, bob, 3)] as const;
    await fixture.publish(bids[0], cancelling, bids[1]);
    await fixture.expectTold(ann, `cancelled by ${cancelling.id}`);
    await fixture.expectTold(bob, `cancelled by ${cancelling.id}`);
  });

  it('notifies the bidder whom a bid names as outbid, and nobody whose standing maximum still leads', async () => {
    const [itemId, ann, bob] = people();
    const answer = event.proxyBid(itemId, ann, 4, bob);
    const taking = event.placed(itemId, bob, 5, ann);
    const again = [event.placed(itemId, bob, 6), event.placed(itemId, ann, 7, bob)] as const;
    await fixture.publish(
      event.placed(itemId, ann, 2),
      event.placed(itemId, bob, 3),
      answer,
      taking,
      ...again,
    );
    await fixture.expectTold(ann, `outbid by ${taking.id}`);
    await fixture.expectTold(bob, `outbid by ${answer.id}`, `outbid by ${again[1].id}`);
    const { rows } = await fixture.database.pool.query('SELECT title FROM auctions WHERE item_id = $1', [
      itemId,
    ]);
    expect(rows).toEqual([{ title: 'A titled bid' }]);
  });

  it('notifies nobody of an automatic bid that reaches the reserve price, and its bidder when it is beaten', async () => {
    const [itemId, ann, bob] = people();
    const beaten = event.placed(itemId, bob, 5, ann);
    await fixture.publish(event.placed(itemId, ann, 2), event.proxyBid(itemId, ann, 4), beaten);
    await fixture.expectTold(ann, `outbid by ${beaten.id}`);
    await fixture.expectTold(bob);
  });

  it('notifies bidders and watchers that the end is near, also those whose events arrive late', async () => {
    const [itemId, ann, bob] = people();
    const [watcher, former, late] = people();
    const slow = randomUUID();
    const before = new Date(Date.now() - 60_000).toISOString();
    const soon = event.endingSoon(itemId, 4);
    await fixture.publish(
      event.placed(itemId, ann, 2),
      event.watched(itemId, watcher, 1),
      event.watched(itemId, ann, 1),
      event.unwatched(itemId, former, 2),
      event.watched(itemId, former, 1),
      soon,
    );
    for (const person of [ann, watcher]) await fixture.expectTold(person, `ending_soon by ${soon.id}`);
    const after = new Date(Date.now() + 60_000).toISOString();
    const more = [
      event.watched(itemId, bob, 1, after),
      event.watched(itemId, former, 3, after),
      event.watched(itemId, late, 1, before),
      event.placed(itemId, bob, 5, ann),
      event.placed(itemId, slow, 3),
    ];
    await fixture.publish(...more, soon);
    await fixture.untilHandled(...more);
    // Only people who watched or bid before the announcement are notified.
    for (const person of [late, slow]) await fixture.expectTold(person, `ending_soon by ${soon.id}`);
    expect([await fixture.told(former), await fixture.told(bob)]).toEqual([[], []]);
    const { rows } = await fixture.database.pool.query(
      "SELECT amount, currency FROM notifications WHERE kind = 'ending_soon' AND user_id = $1",
      [late],
    );
    expect(rows).toEqual([{ amount: 300n, currency: 'EUR' }]);
  });

  it('notifies nobody that an auction ends soon when its announced end has passed or it has ended', async () => {
    const [itemId, closedId, watcher] = people();
    const late = new Date(Date.now() + 60_000).toISOString();
    const passed = event.endingSoon(itemId, 2, { endAt: new Date(Date.now() - 1_000).toISOString() });
    const closed = event.closed(closedId, randomUUID(), 3);
    const events = [
      event.watched(itemId, watcher, 1),
      closed,
      event.watched(closedId, watcher, 1, late),
      passed,
      event.endingSoon(closedId, 2),
    ];
    await fixture.publish(...events);
    await fixture.untilHandled(...events);
    expect(await fixture.told(watcher)).toEqual([]);
  });

  it('notifies the watchers of a withdrawn item, but not the seller who withdrew it', async () => {
    const [itemId, watcher, seller] = people();
    const cancelling = event.cancelled(itemId, 2, seller);
    const late = randomUUID();
    const before = new Date(Date.now() - 60_000).toISOString();
    await fixture.publish(event.watched(itemId, watcher, 1), event.watched(itemId, seller, 1), cancelling);
    await fixture.publish(event.watched(itemId, late, 1, before));
    for (const person of [watcher, late]) await fixture.expectTold(person, `cancelled by ${cancelling.id}`);
    expect(await fixture.told(seller)).toEqual([]);
  });

  it('stores no notification that the person has turned off', async () => {
    const [seller, ...items] = people();
    const first = event.closed(items[0], seller, 2);
    await fixture.publish(first);
    await fixture.expectTold(seller, `no_bids by ${first.id}`);
    const prefer = (inApp: boolean) =>
      fixture.database.pool.query(
        `INSERT INTO preferences VALUES ($1, 'unsold', $2, true)
         ON CONFLICT (user_id, kind) DO UPDATE SET in_app = excluded.in_app`,
        [seller, inApp],
      );
    await prefer(false);
    const [winner, mark] = people();
    const sold = event.closed(randomUUID(), seller, 2, winner);
    await fixture.publish(
      event.closed(items[1], seller, 2, undefined, { outcome: ItemOutcome.RESERVE_NOT_MET }),
      sold,
    );
    // Mail is off here, so a mail-only preference stores nothing; other kinds are not affected.
    await fixture.expectTold(seller, `no_bids by ${first.id}`, `sold by ${sold.id}`);
    await prefer(true);
    const last = event.closed(mark, seller, 2);
    await fixture.publish(last);
    await fixture.expectTold(
      seller,
      ...[first, last].map(({ id }) => `no_bids by ${id}`),
      `sold by ${sold.id}`,
    );
  });

  it('parks events that break a field rule and handles the others', async () => {
    const [itemId, ann, bob] = people();
    const second = event.bid(itemId, bob, 4);
    await fixture.publish(event.bid(itemId, ann, 2), event.bid(itemId, 'nobody', 3), second);
    await fixture.publish(event.userCreated(ann, 'ann@example.com, eve@example.com', 'Ann'));
    await fixture.expectTold(ann, `outbid by ${second.id}`);
    await eventually(async () => {
      const { rows } = await fixture.database.pool.query('SELECT reason, error FROM dead_letters');
      expect(rows.toSorted((a, b) => (a.error < b.error ? -1 : 1))).toEqual([
        { reason: 'invalid_event', error: 'email: must be a valid email address [string.email]' },
        { reason: 'invalid_event', error: 'user_id: must be a valid UUID [string.uuid]' },
      ]);
    });
  });

  it('deletes the bidders of auctions that ended a month ago, and no notification', async () => {
    const [oldItem, newItem, ann] = people();
    const { pool } = fixture.database;
    const closed = [event.closed(oldItem, ann, 3, ann), event.closed(newItem, ann, 3, ann)] as const;
    await fixture.publish(event.bid(oldItem, ann, 2), event.bid(newItem, ann, 2), ...closed);
    await eventually(async () => expect(await fixture.told(ann)).toHaveLength(2));
    await pool.query("UPDATE auctions SET ended_at = now() - interval '31 days' WHERE item_id = $1", [
      oldItem,
    ]);
    await forgetOld(pool);
    const { rows } = await pool.query('SELECT item_id FROM bidders WHERE user_id = $1', [ann]);
    expect(rows).toEqual([{ item_id: newItem }]);
    expect(await fixture.told(ann)).toHaveLength(2);
  });

  it('deletes notifications, and items that never ended, after a year', async () => {
    const [oldItem, newItem, ann] = people();
    const { pool } = fixture.database;
    await fixture.publish(event.bid(oldItem, ann, 2), event.bid(newItem, ann, 2));
    const won = [event.closed(randomUUID(), ann, 3, ann), event.closed(newItem, ann, 3)] as const;
    await fixture.publish(...won);
    const bidOn = async () =>
      (await pool.query('SELECT item_id FROM bidders WHERE user_id = $1', [ann])).rows;
    await eventually(async () => expect(await fixture.told(ann)).toHaveLength(2));
    await eventually(async () => expect(await bidOn()).toHaveLength(2));
    await pool.query("UPDATE auctions SET first_seen_at = now() - interval '366 days' WHERE item_id = $1", [
      oldItem,
    ]);
    await pool.query(
      "UPDATE notifications SET created_at = now() - interval '366 days' WHERE event_id = $1",
      [won[0].id],
    );
    await forgetOld(pool);
    expect(await fixture.told(ann)).toEqual([`no_bids by ${won[1].id}`]);
    expect(await bidOn()).toEqual([{ item_id: newItem }]);
  });

  it('mails nothing when mail is off', async () => {
    const { rows } = await fixture.database.pool.query('SELECT count(*)::integer AS mails FROM mails');
    expect(rows).toEqual([{ mails: 0 }]);
  });
});
