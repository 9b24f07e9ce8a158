import { randomUUID } from 'node:crypto';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EventMessage, event } from './testing/event-message.ts';
import { type NotificationsFixture, openNotificationsFixture } from './testing/notifications-fixture.ts';
import { startWorkingConsumer } from './testing/working-consumer.ts';

describe('the end and the start of an auction', () => {
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

  const before = new Date(Date.now() - 60_000).toISOString();
  const after = new Date(Date.now() + 60_000).toISOString();
  const newPeople = () => {
    const [itemId, seller, winner, loser, watcher, late] = Array.from({ length: 6 }, () => randomUUID());
    if (!itemId || !seller || !winner || !loser || !watcher || !late) throw new Error('six ids were made');
    return { itemId, seller, winner, loser, watcher, late };
  };
  const publish = async (...events: EventMessage[]) => {
    await fixture.publish(...events);
    await fixture.untilHandled(...events);
  };
  const rowsOf = async (userId: string, ...columns: string[]) => {
    const { rows } = await fixture.database.pool.query(
      `SELECT ${columns.join()} FROM notifications WHERE user_id = $1 ORDER BY happened_at, kind`,
      [userId],
    );
    return rows;
  };

  it('tells the bidders who lost and the watchers of a sale, with its price, each once', async () => {
    const { itemId, seller, winner, loser, watcher } = newPeople();
    const closed = event.closed(itemId, seller, 4, winner);
    await publish(
      event.placed(itemId, loser, 2),
      event.placed(itemId, winner, 3, loser),
      ...[seller, winner, loser, watcher].map((person) => event.watched(itemId, person, 1, before)),
    );
    await fixture.publish(closed);
    await publish(closed);
    const end = { amount: 12_300n, currency: 'EUR', outcome: 'sold' };
    const ends = async (person: string) =>
      (await rowsOf(person, 'kind', 'amount', 'currency', 'outcome', 'event_id')).filter(
        (row) => row.event_id === closed.id,
      );
    expect(await ends(loser)).toEqual([{ kind: 'lost', ...end, event_id: closed.id }]);
    expect(await ends(watcher)).toEqual([{ kind: 'ended', ...end, event_id: closed.id }]);
    expect(await ends(winner)).toEqual([{ kind: 'won', ...end, event_id: closed.id }]);
    expect(await ends(seller)).toEqual([{ kind: 'sold', ...end, event_id: closed.id }]);
  });

  it('tells bidders and watchers whose events arrive after the end, but nobody who watches only since then', async () => {
    const { itemId, seller, winner, loser, watcher, late } = newPeople();
    const closed = event.closed(itemId, seller, 4, winner);
    await publish(closed);
    await publish(
      event.watched(itemId, watcher, 1, before),
      event.watched(itemId, late, 1, after),
      event.placed(itemId, winner, 3, loser),
      event.placed(itemId, loser, 2, '', { sellerId: seller }),
    );
    await fixture.expectTold(loser, `lost by ${closed.id}`);
    await fixture.expectTold(watcher, `ended by ${closed.id}`);
    await fixture.expectTold(winner, `won by ${closed.id}`);
    await fixture.expectTold(seller, `sold by ${closed.id}`);
    expect(await fixture.told(late)).toEqual([]);
  });

  it('tells the leader of an auction that ended under its reserve, the other bidders and the watchers', async () => {
    const { itemId, seller, winner: leader, loser, watcher } = newPeople();
    const closed = event.closed(itemId, seller, 4, undefined, { outcome: ItemOutcome.RESERVE_NOT_MET });
    await publish(
      event.placed(itemId, loser, 2),
      event.placed(itemId, leader, 3, loser),
      event.watched(itemId, watcher, 1),
    );
    await publish(closed);
    const outcome = 'reserve_not_met';
    expect(await rowsOf(leader, 'kind', 'outcome', 'amount')).toEqual([
      { kind: 'lost', outcome, amount: null },
    ]);
    expect(await rowsOf(loser, 'kind', 'outcome')).toContainEqual({ kind: 'lost', outcome });
    expect(await rowsOf(watcher, 'kind', 'outcome')).toEqual([{ kind: 'ended', outcome }]);
  });

  it('tells the watchers of an auction without a bid', async () => {
    const { itemId, seller, watcher } = newPeople();
    await publish(event.watched(itemId, watcher, 1, before), event.watched(itemId, seller, 1, before));
    const closed = event.closed(itemId, seller, 2);
    await publish(closed);
    await fixture.expectTold(watcher, `ended by ${closed.id}`);
    await fixture.expectTold(seller, `no_bids by ${closed.id}`);
  });

  it('tells the leader that another person bought the item, and not that they were outbid', async () => {
    const { itemId, seller, winner: buyer, loser: leader, watcher } = newPeople();
    await publish(event.placed(itemId, leader, 2), event.watched(itemId, watcher, 1, before));
    const closed = event.closed(itemId, seller, 4, buyer, { boughtNow: true });
    await publish(closed);
    const bought = { outcome: 'bought_now', amount: 12_300n };
    expect(await rowsOf(leader, 'kind', 'outcome', 'amount')).toEqual([{ kind: 'lost', ...bought }]);
    expect(await rowsOf(watcher, 'kind', 'outcome', 'amount')).toEqual([{ kind: 'ended', ...bought }]);
    expect(await rowsOf(buyer, 'kind', 'outcome', 'amount')).toEqual([{ kind: 'won', ...bought }]);
  });

  it('tells the watchers that a scheduled auction has started, also those whose watch arrives late', async () => {
    const { itemId, seller, watcher, late } = newPeople();
    const unwatched = randomUUID();
    await publish(
      event.watched(itemId, watcher, 1, before),
      event.watched(itemId, seller, 1, before),
      event.unwatched(itemId, unwatched, 2),
    );
    const started = event.started(itemId, 2, seller);
    await publish(started);
    await publish(event.watched(itemId, late, 1, before), event.watched(itemId, unwatched, 3, after));
    for (const person of [watcher, late]) await fixture.expectTold(person, `started by ${started.id}`);
    for (const person of [seller, unwatched]) expect(await fixture.told(person)).toEqual([]);
  });

  it('tells bidders and watchers that an unsold item was listed again, with a link to the new one', async () => {
    const { itemId, seller, winner: leader, watcher, late } = newPeople();
    const relistedAs = randomUUID();
    await publish(
      event.created(itemId, 'Oak chair'),
      event.placed(itemId, leader, 2),
      event.watched(itemId, watcher, 1, before),
      event.watched(itemId, seller, 1, before),
    );
    const relisted = event.relisted(itemId, relistedAs, 4, seller);
    await publish(relisted);
    await publish(event.watched(itemId, late, 1, before));
    for (const person of [leader, watcher, late]) {
      expect(await rowsOf(person, 'kind', 'item_id', 'event_id', 'title')).toEqual([
        { kind: 'relisted', item_id: relistedAs, event_id: relisted.id, title: 'A titled bid' },
      ]);
    }
    expect(await fixture.told(seller)).toEqual([]);
  });

  it('tells the seller of the first bid, and of no other one', async () => {
    const { itemId, seller, winner, loser } = newPeople();
    const first = event.placed(itemId, loser, 2, '', { sellerId: seller });
    await fixture.publish(first);
    await publish(event.placed(itemId, winner, 3, loser, { sellerId: seller }), first);
    await fixture.expectTold(seller, `first_bid by ${first.id}`);
    expect(await rowsOf(seller, 'amount', 'currency')).toEqual([{ amount: 200n, currency: 'EUR' }]);
  });

  it('keeps the title of the newest version, whatever the order of the events', async () => {
    const { itemId } = newPeople();
    await publish(
      event.created(itemId, 'Oak chair'),
      event.updated(itemId, 3, 'Oak chair'),
      event.updated(itemId, 2, 'Oka chair'),
    );
    const { rows } = await fixture.database.pool.query('SELECT title FROM auctions WHERE item_id = $1', [
      itemId,
    ]);
    expect(rows).toEqual([{ title: 'Oak chair' }]);
  });
});
