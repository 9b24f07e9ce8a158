import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { System } from '../system/start-system.ts';
import { launchBrowser, listItem, openPage, placeBid, register } from './browser.ts';
import { startWebSystem } from './web-system.ts';

const AWHILE = { timeout: 30_000, interval: 100 };

let system: System;
let browser: Browser;
let seller: Page;
let bidder: Page;
let credentials: { email: string; password: string };
beforeAll(async () => {
  system = await startWebSystem();
  browser = await launchBrowser();
  seller = await openPage(browser, system.urls.bff);
  bidder = await openPage(browser, system.urls.bff);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const text = (page: Page, testId: string): Promise<string | null> =>
  page.getByTestId(testId).first().textContent();

describe('the walk of one bid, in a real browser', () => {
  it('leads from registration, listing and bid to the bidder’s statistics', async () => {
    await register(seller, 'Sally Seller');
    const itemId = await listItem(seller, 'A brass telescope', '12.50');
    expect(await text(seller, 'price')).toContain('12.50');

    await seller.evaluate('globalThis.sameDocument = true');
    credentials = await register(bidder, 'Bob Bidder');
    await bidder.goto('/');
    await bidder.getByRole('link', { name: 'A brass telescope' }).first().click();
    await bidder.waitForURL(`**/items/${itemId}`);
    await bidder.getByLabel(/^Your bid/).fill('13.37');
    await bidder.getByLabel('Bid exactly this amount').check();
    await bidder.getByRole('button', { name: 'Place bid' }).click();
    await bidder.getByRole('table', { name: 'Bid history' }).getByText('13.37').waitFor();

    // The seller's page was not reloaded: its price came through the topic exchange.
    await vi.waitFor(async () => expect(await text(seller, 'price')).toContain('13.37'), AWHILE);
    expect(await text(seller, 'bid-count')).toBe('1 bid');
    expect(await seller.evaluate('globalThis.sameDocument')).toBe(true);

    await vi.waitFor(async () => {
      await bidder.goto('/dashboard');
      expect(await text(bidder, 'total-bids')).toBe('1');
    }, AWHILE);
    expect(await text(bidder, 'total-amount-USD')).toBe('$13.37');
  });

  it('shows a sentence of its own for each refusal', async () => {
    const itemId = await listItem(seller, 'A silver spoon', '10');
    await placeBid(bidder, itemId, '9.99');
    const problem = bidder.locator('#amount-problem');
    await problem.filter({ hasText: '10.00' }).waitFor();
    const tooLow = await problem.textContent();
    await bidder.getByLabel(/^Your bid/).fill('ten');
    await bidder.getByRole('button', { name: 'Place bid' }).click();
    const form = bidder.getByRole('form', { name: 'Place a bid' });
    await vi.waitFor(async () => expect(await form.textContent()).not.toContain(tooLow), AWHILE);
    await form.getByText('This is not an amount.').waitFor();
    await bidder.getByLabel(/^Your bid/).fill('1.500');
    await bidder.getByRole('button', { name: 'Place bid' }).click();
    await form.getByText('such as 1500 or 1.50').waitFor();
    // The seller gets no bid form for their own item.
    await seller.goto(`/items/${itemId}`);
    expect(await seller.getByLabel(/^Your bid/).count()).toBe(0);

    const stranger = await openPage(browser, system.urls.bff);
    await stranger.goto('/register');
    await stranger.getByLabel('Full name').fill('Bob Twice');
    await stranger.getByLabel('E-mail').fill(credentials.email.toUpperCase());
    await stranger.getByLabel('Password').fill(credentials.password);
    await stranger.getByRole('button', { name: 'Create account' }).click();
    const taken = stranger.locator('#email-problem');
    await taken.getByText('An account with this e-mail address already exists.').waitFor();
    await stranger.goto('/sign-in');
    await stranger.getByLabel('E-mail').fill(credentials.email);
    await stranger.getByLabel('Password').fill('wrong horse battery staple');
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    const wrong = stranger.locator('#password-problem');
    await wrong.getByText('Incorrect e-mail address or password.').waitFor();
  });

  it('says when it is unknown whether a bid was accepted, and finds out with the same key', async () => {
    const itemId = await listItem(seller, 'A copper kettle', '30');
    await bidder.goto(`/items/${itemId}`);
    const key = bidder.locator('input[name=idempotency_key]');
    const rendered = await key.inputValue();
    await system.stopProcess('bids');
    try {
      await bidder.getByLabel(/^Your bid/).fill('31');
      await bidder.getByLabel('Bid exactly this amount').check();
      await bidder.getByRole('button', { name: 'Place bid' }).click();
      await bidder.getByRole('alert').getByText('We do not know yet whether your bid was placed.').waitFor();
      expect(await key.inputValue()).toBe(rendered);
    } finally {
      await system.startProcess('bids');
    }
    await bidder.getByRole('status').getByText('Your bid of $31.00 was accepted.').waitFor();
    await vi.waitFor(async () => expect(await key.inputValue()).not.toBe(rendered), AWHILE);
  });

  it('lets a seller edit and cancel a listing without bids', async () => {
    const itemId = await listItem(seller, 'An old map', '5');
    await seller.goto('/listings');
    await seller.getByRole('link', { name: 'Edit An old map' }).click();
    await seller.getByLabel('Title').fill('A very old map');
    await seller.getByRole('button', { name: 'Save' }).click();
    await vi.waitFor(async () => {
      await bidder.goto(`/items/${itemId}`);
      expect(await bidder.getByRole('heading', { level: 1 }).textContent()).toBe('A very old map');
    }, AWHILE);
    await seller.goto('/listings');
    await seller.getByLabel('Cancel A very old map').click();
    await seller.getByRole('button', { name: 'Yes, cancel this auction' }).first().click();
    await vi.waitFor(async () => {
      await bidder.goto(`/items/${itemId}`);
      expect(await bidder.getByLabel(/^Your bid/).count()).toBe(0);
    }, AWHILE);
  });

  it('answers 404 for an item that does not exist', async () => {
    const response = await bidder.goto('/items/0190f000-0000-7000-8000-000000000000');
    expect(response?.status()).toBe(404);
    expect((await bidder.goto('/items/nonsense'))?.status()).toBe(404);
  });
});

describe('without client script', () => {
  it('every form of the walk works', async () => {
    const options = { javaScriptEnabled: false };
    const plainSeller = await openPage(browser, system.urls.bff, options);
    const plainBidder = await openPage(browser, system.urls.bff, options);
    await register(plainSeller, 'Plain Seller');
    const itemId = await listItem(plainSeller, 'A plain chair', '20');
    const credentials = await register(plainBidder, 'Plain Bidder');
    await placeBid(plainBidder, itemId, '19');
    await plainBidder.locator('#amount-problem').filter({ hasText: '20.00' }).waitFor();
    await placeBid(plainBidder, itemId, '20');
    await plainBidder.getByRole('table', { name: 'Bid history' }).getByText('20.00').waitFor();
    await plainBidder.getByRole('button', { name: 'Sign out' }).click();
    await plainBidder.getByRole('link', { name: 'Sign in' }).first().waitFor();
    await plainBidder.goto('/sign-in');
    await plainBidder.getByLabel('E-mail').fill(credentials.email);
    await plainBidder.getByLabel('Password').fill(credentials.password);
    await plainBidder.getByRole('button', { name: 'Sign in' }).click();
    await plainBidder.getByRole('button', { name: 'Sign out' }).waitFor();
  });
});
