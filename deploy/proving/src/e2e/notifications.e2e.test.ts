import { createPool } from '@gavel/postgres/pool';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { mustCall } from '../system/call-connect.ts';
import { listItem, type SignedIn, signUp } from '../system/sign-up.ts';
import { type System, startSystem } from '../system/start-system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({
    infrastructure: inject('infrastructure'),
    processes: { 'user-stats': false, 'consumer-user-stats': false, 'consumer-leaderboard': false },
  });
});
afterAll(() => system?.stop());

const callNotifications = (method: string, request: object, { token }: SignedIn) =>
  mustCall(system.urls.notifications, `notifications.v1.NotificationService/${method}`, request, { token });

/** The notifications that a person sees, newest first. */
async function shown(person: SignedIn): Promise<unknown[]> {
  const { notifications = [] } = await callNotifications('ListNotifications', {}, person);
  return (notifications as { kind: string; title: string; amount: string }[]).map(
    ({ kind, title, amount }) => `${kind.replace('NOTIFICATION_KIND_', '')} ${title} ${amount}`,
  );
}

it('people who are outbid, win or sell are notified according to their preferences, and their mail address is stored', async () => {
  const [seller, ann, bob, cho] = await Promise.all(
    ['Told Seller', 'Told Ann', 'Told Bob', 'Told Cho'].map((name) => signUp(system.urls.auth, name)),
  );
  if (!seller || !ann || !bob || !cho) throw new Error('four people signed up');
  const unwanted = { kind: 'NOTIFICATION_KIND_WON', inApp: false, email: false };
  await callNotifications('UpdatePreferences', { preferences: [unwanted] }, cho);
  const itemId = await listItem(system.urls.bids, seller, 'A clock for two', { openMs: 10_000 });
  const bids = [
    [ann, { maxAmount: '1000' }],
    // Ann's maximum answered both bids. The bidder is notified once.
    [bob, { amount: '300' }],
    [bob, { amount: '500' }],
    [cho, { amount: '2000' }],
  ] as const;
  for (const [{ token }, bid] of bids) {
    await mustCall(system.urls.bids, 'bids.v1.BidService/PlaceBid', { itemId, ...bid }, { token });
  }
  await vi.waitFor(async () => expect(await shown(seller)).toEqual(['SOLD A clock for two 2000']), {
    timeout: 60_000,
    interval: 100,
  });
  // The notifications of the end are stored at the same time for everybody.
  // Earlier unread ones, of being outbid and of the first bid, are folded into those of the end.
  expect(await shown(ann)).toEqual(['LOST A clock for two 2000']);
  expect(await shown(bob)).toEqual(['LOST A clock for two 2000']);
  expect(await shown(cho)).toEqual([]);
  expect(await callNotifications('MarkRead', {}, bob)).toEqual({ unreadCount: '0' });

  const pool = createPool({
    connectionString: system.databaseUrls.gavel_notifications,
    applicationName: 'proving',
    max: 1,
  });
  try {
    const { rows } = await pool.query(
      `SELECT user_id, email FROM recipients WHERE user_id = ANY ($1::uuid[]) ORDER BY user_id`,
      [[seller.userId, ann.userId]],
    );
    const people = [seller, ann].map(({ userId, email }) => ({ user_id: userId, email }));
    expect(rows).toEqual(people.toSorted((a, b) => (a.user_id < b.user_id ? -1 : 1)));
  } finally {
    await pool.end();
  }
});
