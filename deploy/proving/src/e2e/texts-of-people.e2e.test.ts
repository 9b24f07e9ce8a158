import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mustCall } from '../system/call-connect.ts';
import { type SignedIn, signUp } from '../system/sign-up.ts';
import type { System } from '../system/start-system.ts';
import { launchBrowser, openPage, signIn } from './browser.ts';
import { startWebSystem } from './web-system.ts';

const AWHILE = { timeout: 45_000, interval: 100 };
const HOUR_MS = 3_600_000;
const PHONE = { width: 360, height: 740 };

/** Texts that a person may write into a field that takes this number of characters. */
const nastyTexts: Readonly<Record<string, (length: number) => string>> = {
  'letters without a blank': (length) => 'W'.repeat(length),
  'emoji of several code points': (length) => '👨‍👩‍👧‍👦'.repeat(Math.floor(length / 11)),
  'letters of a right-to-left script': (length) => 'שלוםעולם'.repeat(Math.floor(length / 8)),
  'letters under six marks each': (length) => `x${'\u0301'.repeat(6)}`.repeat(Math.floor(length / 7)),
  'non-breaking blanks': (length) => 'a\u00a0'.repeat(length / 2 - 1).concat('b'),
};

let system: System;
let browser: Browser;
beforeAll(async () => {
  system = await startWebSystem();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const callBids = (method: string, request: object, { token }: SignedIn) =>
  mustCall(system.urls.bids, `bids.v1.BidService/${method}`, request, { token });

/** By how many pixels the open page is wider than the screen. */
const excess = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - innerWidth');

/** Elements of the page in which a text of a person can change the direction of the site's own words. */
const unprotected = (page: Page, text: string): Promise<string[]> =>
  page.evaluate(`(() => {
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const parent = texts.currentNode.parentElement;
      if (!parent.checkVisibility() || !texts.currentNode.nodeValue.includes(${JSON.stringify(text)})) continue;
      if (!parent.closest('bdi, [dir="auto"], textarea, select')) found.push(parent.outerHTML.slice(0, 80));
    }
    return found;
  })()`);

interface Written {
  seller: SignedIn;
  buyer: SignedIn;
  sold: string;
  open: string;
  category: string;
  start: string;
}

/** Items of one seller with this text everywhere, and a person who has met all of them. */
async function write(text: (length: number) => string): Promise<Written> {
  const seller = await signUp(system.urls.auth, text(100));
  const buyer = await signUp(system.urls.auth, text(100));
  const category = 'w'.repeat(64);
  const list = async (terms: object = {}) => {
    const request = { title: text(200), description: text(2000), category, startPrice: '1000', ...terms };
    const endAt = new Date(Date.now() + HOUR_MS).toISOString();
    return ((await callBids('CreateItem', { ...request, endAt }, seller)).item as { id: string }).id;
  };
  const [sold, open, cancelled] = [await list({ buyNowPrice: '9000' }), await list(), await list()];
  for (const itemId of [open, cancelled]) await callBids('WatchItem', { itemId }, buyer);
  await callBids('PlaceBid', { itemId: open, amount: '1000' }, buyer);
  await callBids('BuyNow', { itemId: sold }, buyer);
  await callBids('CancelItem', { id: cancelled }, seller);
  return { seller, buyer, sold, open, category, start: text(200).slice(0, 20).trim() };
}

describe('a phone of 360 pixels', () => {
  it.each(Object.entries(nastyTexts))('shows %s on every page without growing', async (_, text) => {
    const { seller, buyer, sold, open, category, start } = await write(text);
    const words = encodeURIComponent(text(200));
    const pages = {
      seller: ['/listings', '/sales', '/dashboard', `/items/${open}`, '/sell', '/notifications'],
      buyer: ['/my-bids', '/watch-list', '/dashboard', `/items/${sold}`, `/items/${open}`, '/notifications'],
      guest: ['/', `/?category=${category}`, `/?q=${words}`, `/items/${open}`, '/sign-in', '/register'],
    };
    const visit = async (paths: readonly string[], who?: SignedIn) => {
      const page = await openPage(browser, system.urls.bff, { viewport: PHONE });
      if (who) {
        await signIn(page, who);
        await vi.waitFor(async () => {
          const notices = page.getByRole('list', { name: 'Notifications' }).getByRole('listitem');
          await page.goto('/notifications');
          expect(await notices.count()).toBeGreaterThan(0);
        }, AWHILE);
      }
      for (const path of paths) {
        await page.goto(path);
        expect([path, await excess(page), await unprotected(page, start)]).toEqual([path, 0, []]);
      }
      await page.context().close();
    };
    await visit(pages.guest);
    await visit(pages.seller, seller);
    await visit(pages.buyer, buyer);
  });

  it('shows the form to edit an item, and the sentence for a wrong link of 2,000 letters, without growing', async () => {
    const seller = await signUp(system.urls.auth, 'Nasty Editor');
    const title = 'W'.repeat(200);
    const endAt = new Date(Date.now() + HOUR_MS).toISOString();
    const images = [
      `https://pictures.example/${'w'.repeat(1900)}`,
      `http://pictures.example/${'w'.repeat(1900)}`,
    ];
    const request = { title, images, category: 'w'.repeat(64), startPrice: '1000', endAt };
    const { id } = (await callBids('CreateItem', request, seller)).item as { id: string };
    const page = await openPage(browser, system.urls.bff, { viewport: PHONE });
    await signIn(page, seller);
    await page.goto(`/items/${id}/edit`);
    expect(await excess(page)).toBe(0);
    await page.getByLabel('Add links to pictures').fill('W'.repeat(2000));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('#image_urls-problem').waitFor();
    expect(await excess(page)).toBe(0);
  });

  it('shows at most one empty line between two paragraphs of a description', async () => {
    const seller = await signUp(system.urls.auth, 'Gap Maker');
    const endAt = new Date(Date.now() + HOUR_MS).toISOString();
    const description = `first${'\n \n'.repeat(2000)}last`;
    const item = await callBids(
      'CreateItem',
      { title: 'A gap', description, startPrice: '1', endAt },
      seller,
    );
    const page = await openPage(browser, system.urls.bff, { viewport: PHONE });
    await page.goto(`/items/${(item.item as { id: string }).id}`);
    expect(await page.locator('.description').textContent()).toBe('first\n\nlast');
  });
});
