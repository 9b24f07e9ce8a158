import { createPool } from '@gavel/postgres/pool';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mustCall } from '../system/call-connect.ts';
import { type SignedIn, signUp } from '../system/sign-up.ts';
import type { System } from '../system/start-system.ts';
import { launchBrowser, openPage, signIn } from './browser.ts';
import { startWebSystem } from './web-system.ts';

const AWHILE = { timeout: 45_000, interval: 100 };
const HOUR_MS = 3_600_000;

let system: System;
let browser: Browser;
let seller: SignedIn;
beforeAll(async () => {
  system = await startWebSystem();
  browser = await launchBrowser();
  seller = await signUp(system.urls.auth, 'Watched Seller');
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const callBids = (method: string, request: object, { token }: SignedIn) =>
  mustCall(system.urls.bids, `bids.v1.BidService/${method}`, request, { token });

async function list(title: string, terms: object = {}): Promise<string> {
  const endAt = new Date(Date.now() + HOUR_MS).toISOString();
  const created = await callBids('CreateItem', { title, startPrice: '1000', endAt, ...terms }, seller);
  return (created.item as { id: string }).id;
}

/** A watched item of each kind: open, cancelled, sold, ended without bids, ended below its reserve price. */
async function watchEach(watcher: SignedIn): Promise<void> {
  const soon = new Date(Date.now() + 4_000).toISOString();
  const ids = {
    open: await list('An open clock'),
    cancelled: await list('A cancelled clock'),
    sold: await list('A sold clock', { buyNowPrice: '9000' }),
    unwanted: await list('An unwanted clock', { endAt: soon }),
    reserved: await list('A reserved clock', { endAt: soon, reservePrice: '90000' }),
  };
  for (const itemId of Object.values(ids)) await callBids('WatchItem', { itemId }, watcher);
  await callBids('PlaceBid', { itemId: ids.reserved, amount: '1000' }, watcher);
  await callBids('CancelItem', { id: ids.cancelled }, seller);
  await callBids('BuyNow', { itemId: ids.sold }, await signUp(system.urls.auth, 'Watched Buyer'));
}

/** Runs one statement in the database of bids. */
async function fill(statement: string, values: unknown[]): Promise<void> {
  const connectionString = system.databaseUrls.gavel_bids;
  const pool = createPool({ connectionString, applicationName: 'proving', max: 1 });
  try {
    await pool.query(statement, values);
  } finally {
    await pool.end();
  }
}

const card = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title });

describe.each([
  ['with script', true],
  ['without script', false],
])('a watch list, %s,', (_, javaScriptEnabled) => {
  it('says of each item how it ended, and each can be removed', async () => {
    const watcher = await signUp(system.urls.auth, 'Watcher');
    await watchEach(watcher);
    const page = await openPage(browser, system.urls.bff, { javaScriptEnabled });
    await signIn(page, watcher);
    await vi.waitFor(async () => {
      await page.goto('/watch-list');
      expect(await card(page, 'An unwanted clock').textContent()).toContain('Ended without bids on');
      expect(await card(page, 'A reserved clock').textContent()).toContain('Reserve price not met. Ended on');
    }, AWHILE);
    expect(await card(page, 'A cancelled clock').textContent()).toContain('Cancelled. Planned end:');
    expect(await card(page, 'A sold clock').textContent()).toContain('Sold for $90.00 on');
    for (const title of ['A cancelled', 'A sold', 'An unwanted', 'A reserved'])
      expect(await card(page, title).textContent()).not.toMatch(/ends in|ending now|Starting price/i);
    expect(await card(page, 'An open clock').textContent()).toMatch(/ends (in|on) /);

    // One is removed on its own page, the others on the list.
    await page.getByRole('link', { name: 'A sold clock' }).click();
    await page.getByRole('button', { name: 'Stop watching' }).click();
    await page.getByRole('button', { name: 'Stop watching' }).waitFor({ state: 'detached' });
    await page.goto('/watch-list');
    for (const title of ['A cancelled clock', 'An unwanted clock', 'A reserved clock', 'An open clock']) {
      await page
        .getByRole('form', { name: `Remove ${title}` })
        .getByRole('button')
        .click();
      await card(page, title).waitFor({ state: 'detached' });
    }
    await page.getByText('Your watch list is empty.').waitFor();
  });

  it('that is full links to the list, where removing an ended item makes room', async () => {
    const watcher = await signUp(system.urls.auth, 'Full Watcher');
    const ended = await list('A clock that was cancelled');
    await callBids('WatchItem', { itemId: ended }, watcher);
    await callBids('CancelItem', { id: ended }, seller);
    // The rows replace 999 calls.
    await fill(
      `WITH filled AS (
         INSERT INTO watches SELECT $1, gen_random_uuid(), true, 1, '2020-01-01' FROM generate_series(1, 999))
       UPDATE watch_lists SET size = 1000 WHERE user_id = $1`,
      [watcher.userId],
    );
    const wanted = await list('A clock worth watching');
    const page = await openPage(browser, system.urls.bff, { javaScriptEnabled });
    await signIn(page, watcher);
    await page.goto(`/items/${wanted}`);
    await page.getByRole('button', { name: 'Watch', exact: true }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'Your watch list is full.' });
    await alert.getByRole('link', { name: 'Watch list' }).click();
    await page.getByRole('form', { name: 'Remove A clock that was cancelled' }).getByRole('button').click();
    await card(page, 'A clock that was cancelled').waitFor({ state: 'detached' });
    await page.goto(`/items/${wanted}`);
    await page.getByRole('button', { name: 'Watch', exact: true }).click();
    await page.getByRole('button', { name: 'Stop watching' }).waitFor();
  });
});
