import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callConnect, mustCall } from '../system/call-connect.ts';
import { type SignedIn, signUp } from '../system/sign-up.ts';
import type { System } from '../system/start-system.ts';
import { launchBrowser, openPage, placeBid, signIn } from './browser.ts';
import { photograph } from './photograph.ts';
import { startWebSystem } from './web-system.ts';

const AWHILE = { timeout: 45_000, interval: 100 };
const HOUR_MS = 3_600_000;

let system: System;
let browser: Browser;
let seller: Person;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  system = await startWebSystem();
  browser = await launchBrowser();
  const entering = [enter('Rules Seller', false), enter('Rules Ann'), enter('Rules Bob')] as const;
  [seller, ann, bob] = await Promise.all(entering);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

/** Errors from the browsers' consoles: script errors, and what the content security policy refused. */
const consoleErrors: string[] = [];

interface Person extends SignedIn {
  readonly page: Page;
}

/** A person with an account and a signed-in browser. The seller's browser runs no script: all forms must work without. */
async function enter(name: string, javaScriptEnabled = true): Promise<Person> {
  const person = await signUp(system.urls.auth, name);
  const page = await openPage(browser, system.urls.bff, { javaScriptEnabled });
  page.on('pageerror', (error) => consoleErrors.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') consoleErrors.push(`${page.url()}: ${message.text()}`);
  });
  await signIn(page, person);
  return { ...person, page };
}

const callBids = (method: string, request: object, { token }: SignedIn) =>
  mustCall(system.urls.bids, `bids.v1.BidService/${method}`, request, { token });

/** Lists an item of the seller. Default: starting price 10.00, open for one hour. */
async function list(title: string, terms: object = {}): Promise<string> {
  const request = { title, startPrice: '1000', endAt: fromNow(HOUR_MS), ...terms };
  return ((await callBids('CreateItem', request, seller)).item as { id: string }).id;
}

const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Waits until the element with this test id contains the text. The page is not reloaded. */
const shows = (page: Page, testId: string, text: string): Promise<void> =>
  page.getByTestId(testId).filter({ hasText: text }).waitFor();

async function bidUpTo(page: Page, itemId: string, maximum: string): Promise<void> {
  await page.goto(`/items/${itemId}`);
  await page.getByLabel(/^Your bid/).fill(maximum);
  await page.getByRole('button', { name: 'Place bid' }).click();
  await page.getByRole('button', { name: `Yes, bid $${maximum}` }).click();
}

/** The titles of a list, in order. */
const titles = (page: Page, name: string): Promise<string[]> =>
  page.getByRole('list', { name }).getByRole('heading', { level: 2 }).allTextContents();

/** Opens a path again until a list has these titles, because projections follow events with a delay. */
async function opensWith(page: Page, path: string, name: string, expected: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    await page.goto(path);
    expect(await titles(page, name)).toEqual(expected);
  }, AWHILE);
}

describe('the rules of an auction, in a real browser', () => {
  it('a maximum bid outbids a lower bid at once, and is shown to its bidder only', async () => {
    const itemId = await list('A secret maximum');
    await bidUpTo(ann.page, itemId, '512.37');
    await ann.page.getByRole('status').getByText('Your maximum bid of $512.37 was accepted.').waitFor();
    await placeBid(bob.page, itemId, '20');
    await bob.page
      .getByRole('status')
      .getByText('Another bidder’s maximum bid is higher than your $20.00.')
      .waitFor();
    await shows(bob.page, 'price', '$20.50');
    await shows(ann.page, 'price', '$20.50');
    await shows(ann.page, 'leading', 'Your maximum bid is $512.37');
    for (const person of [bob, seller]) {
      const source = await (await person.page.request.get(`/items/${itemId}`)).text();
      expect(source).toContain('A secret maximum');
      expect(source).not.toMatch(/\b51237\b|512\.37/);
    }
  });

  it('an open page shows that the reserve price is not met, and later that it is', async () => {
    const itemId = await list('A reserved clock', { reservePrice: '41237' });
    await placeBid(ann.page, itemId, '11');
    await shows(ann.page, 'reserve', 'has not been met yet');
    await bob.page.goto(`/items/${itemId}`);
    await shows(bob.page, 'reserve', 'has not been met yet');
    expect(await bob.page.content()).not.toMatch(/\b41237\b|412\.37/);
    await bidUpTo(ann.page, itemId, '600.00');
    await shows(bob.page, 'price', '$412.37');
    await shows(bob.page, 'reserve', 'high enough to win');
  });

  it('buying now ends the auction on every open page, and appears in bids and sales', async () => {
    const itemId = await list('A clock to have at once', { buyNowPrice: '30000' });
    await placeBid(bob.page, itemId, '12');
    await bob.page.getByRole('status').getByText('Your bid of $12.00 was accepted.').waitFor();
    await shows(bob.page, 'leading', 'You are the highest bidder');
    await callBids('PlaceBid', { itemId, amount: '1300' }, ann);
    // The page was not reloaded and no longer says so.
    await bob.page.getByTestId('leading').waitFor({ state: 'detached' });
    await ann.page.goto(`/items/${itemId}`);
    await ann.page.getByText('Buy now for $300.00…').click();
    await ann.page.getByRole('button', { name: 'Yes, buy it for $300.00' }).click();
    await shows(ann.page, 'won', 'You won this item.');
    await shows(bob.page, 'auction-state', 'Sold for $300.00');
    expect(await bob.page.getByLabel(/^Your bid/).count()).toBe(0);
    await opensWith(ann.page, '/my-bids?state=won', 'My bids', ['A clock to have at once']);
    await opensWith(bob.page, '/my-bids?state=lost', 'My bids', ['A clock to have at once']);
    await opensWith(bob.page, '/my-bids?state=outbid', 'My bids', ['A secret maximum']);
    await opensWith(ann.page, '/my-bids?state=winning', 'My bids', ['A reserved clock', 'A secret maximum']);
    await seller.page.goto('/sales');
    const sale = seller.page.getByRole('row').filter({ hasText: 'A clock to have at once' });
    expect(await sale.textContent()).toContain('$300.00');
  });

  it('a late bid moves the end that an open page shows', async () => {
    const itemId = await list('A late clock', { endAt: fromNow(600_000), softCloseSeconds: 1200 });
    await bob.page.goto(`/items/${itemId}`);
    const end = bob.page.getByTestId('auction-state').locator('time');
    const before = (await end.getAttribute('datetime')) ?? '';
    await callBids('PlaceBid', { itemId, amount: '1000' }, ann);
    await vi.waitFor(async () => {
      expect(Date.parse((await end.getAttribute('datetime')) ?? '')).toBeGreaterThan(Date.parse(before));
    }, AWHILE);
  });

  it('an upcoming auction shows its start, is listed under upcoming auctions, and accepts no bid', async () => {
    const terms = { startsAt: fromNow(HOUR_MS), endAt: fromNow(2 * HOUR_MS) };
    const itemId = await list('A clock of tomorrow', terms);
    await bob.page.goto(`/items/${itemId}`);
    await shows(bob.page, 'auction-state', 'Starts in');
    expect(await bob.page.getByLabel(/^Your bid/).count()).toBe(0);
    const bid = { itemId, amount: '1000' };
    const refused = await callConnect(system.urls.bids, 'bids.v1.BidService/PlaceBid', bid, bob);
    expect(refused).toMatchObject({ ok: false, reason: 'AUCTION_NOT_STARTED' });
    await opensWith(bob.page, '/?q=tomorrow&scheduled=1', 'Upcoming auctions', ['A clock of tomorrow']);
    await bob.page.goto('/?q=tomorrow');
    await bob.page.getByText('No auctions match your search.').waitFor();
  });

  it('a guest without script finds items by words, categories, prices and order', async () => {
    const category = 'sports/bicycles';
    await list('Zeppelin of tin', { category, startPrice: '3000' });
    await list('Zeppelin of lead', { category: 'sports', startPrice: '2000' });
    await list('Balloon of tin', { category, startPrice: '1000' });
    const guest = await openPage(browser, system.urls.bff, { javaScriptEnabled: false });
    await guest.goto('/');
    await guest.getByLabel('Search', { exact: true }).fill('zeppelins');
    await guest.getByText('Filters').click();
    await guest.getByLabel('Sort by').selectOption('Price: lowest first');
    await guest.getByRole('button', { name: 'Search' }).click();
    const found = (address: RegExp) => guest.waitForURL(address).then(() => titles(guest, 'Live auctions'));
    expect(await found(/q=zeppelins/)).toEqual(['Zeppelin of lead', 'Zeppelin of tin']);
    await guest.getByLabel('Min price').fill('25');
    await guest.getByRole('button', { name: 'Search' }).click();
    expect(await found(/min=25/)).toEqual(['Zeppelin of tin']);
    await guest.getByText('The price limits are in USD.').waitFor();
    expect(await guest.getByTestId('result-count').textContent()).toBe('1 auction');
    await guest.getByRole('link', { name: 'Remove filter: From $25.00' }).click();
    expect(await found(/q=zeppelins(?!.*min)/)).toHaveLength(2);
    await guest.goto('/?sort=high');
    const categories = guest.getByRole('navigation', { name: 'Categories' });
    await categories.getByRole('link', { name: /^Sports 3/ }).click();
    expect(await found(/category=sports/)).toEqual(['Zeppelin of tin', 'Zeppelin of lead', 'Balloon of tin']);
    await categories.getByRole('link', { name: /^Bicycles 2/ }).click();
    expect(await found(/category=sports%2Fbicycles/)).toEqual(['Zeppelin of tin', 'Balloon of tin']);
  });

  it('a watched item is on the watch list until it is removed', async () => {
    const itemId = await list('A watched clock');
    await bob.page.goto(`/items/${itemId}`);
    await bob.page.getByRole('button', { name: 'Watch', exact: true }).click();
    await bob.page.getByRole('button', { name: 'Stop watching' }).waitFor();
    await bob.page.goto('/watch-list');
    expect(await titles(bob.page, 'Watch list')).toEqual(['A watched clock']);
    await bob.page.getByRole('link', { name: 'A watched clock' }).click();
    await bob.page.getByRole('button', { name: 'Stop watching' }).click();
    await bob.page.getByRole('button', { name: 'Watch', exact: true }).waitFor();
    await bob.page.goto('/watch-list');
    await bob.page.getByText('Your watch list is empty.').waitFor();
  });

  it('an unsold item can be relisted', async () => {
    const itemId = await list('A clock that nobody wants', { endAt: fromNow(3_000) });
    const row = seller.page.getByRole('listitem').filter({ hasText: 'A clock that nobody wants' });
    await vi.waitFor(async () => {
      await seller.page.goto('/listings');
      expect(await row.textContent()).toContain('Ended without bids');
    }, AWHILE);
    await row.getByText('Relist…').click();
    await row.getByRole('button', { name: 'Relist item' }).click();
    await seller.page.waitForURL(
      (url) => url.pathname.startsWith('/items/') && !url.pathname.includes(itemId),
    );
    await seller.page.getByRole('heading', { name: 'A clock that nobody wants' }).waitFor();
    await shows(seller.page, 'auction-state', 'Ends on');
    await seller.page.goto('/listings');
    await row.getByRole('link', { name: 'View new listing' }).waitFor();
  });

  it('the form for an item accepts a reserve price and a buy-now price, and explains wrong ones', async () => {
    const { page } = seller;
    await page.goto('/sell');
    await page.getByLabel('Title').fill('A clock with terms');
    await page.getByLabel('Starting price').fill('20');
    await page.getByText('More options: reserve price, buy-now price, start, late bids').click();
    await page.getByLabel('Reserve price').fill('10');
    await page.getByLabel('Buy-now price').fill('99');
    await page.getByLabel('Late bids').selectOption('Bids in the last 2 minutes extend the auction');
    await page.getByRole('button', { name: 'List item' }).click();
    const problem = page.locator('#reserve_price-problem');
    await problem.getByText('The reserve price cannot be lower than the starting price.').waitFor();
    await page.getByLabel('Reserve price').fill('30');
    await page.getByRole('button', { name: 'List item' }).click();
    await page.waitForURL(/\/items\/[0-9a-f-]{36}/);
    const terms = page.getByRole('list', { name: 'Terms' });
    expect(await terms.getByRole('listitem').allTextContents()).toEqual([
      'Buy now for $99.00. Bids must be below this price.',
      'Your reserve price: $30.00. Only you can see it.',
      expect.stringMatching(/^Bids in the last 2 minutes extend the auction, up to /),
    ]);
  });

  it('an uploaded photograph is re-encoded and has no camera data', async () => {
    const { page } = seller;
    expect(photograph.toString('latin1')).toMatch(/Exif.*Photographer/s);
    await page.goto('/sell');
    await page.getByLabel('Title').fill('A photographed clock');
    await page.getByLabel('Starting price').fill('10');
    const buffer = photograph;
    await page.getByLabel('Upload pictures').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByRole('button', { name: 'List item' }).click();
    await page.waitForURL(/\/items\/[0-9a-f-]{36}/);
    const shown = page.getByRole('img', { name: 'A photographed clock' });
    const source = (await shown.getAttribute('src')) ?? '';
    expect(source).toMatch(/^\/pictures\/[0-9a-f]{64}\/48\.webp$/);
    const answer = await page.request.get(source);
    expect(answer.headers()['content-type']).toBe('image/webp');
    expect((await answer.body()).toString('latin1')).toMatch(/^RIFF(?!.*(Exif|Photographer))/is);
  });

  it('an outbid person is notified, with a count on every page, until they turn this off', async () => {
    const cho = await enter('Rules Cho');
    const itemId = await list('A contested clock');
    await callBids('PlaceBid', { itemId, amount: '1000' }, cho);
    await callBids('PlaceBid', { itemId, amount: '1100' }, ann);
    const notices = cho.page.getByRole('list', { name: 'Notifications' }).getByRole('listitem');
    // The header and the list are read by two requests: the notification may arrive between them.
    await vi.waitFor(async () => {
      await cho.page.goto('/notifications');
      expect(await cho.page.getByRole('link', { name: /^Notifications/ }).textContent()).toContain('(1)');
      expect(await notices.allTextContents()).toEqual([
        expect.stringContaining('A contested clockYou were outbid. The current bid is $11.00.'),
      ]);
    }, AWHILE);
    await cho.page.getByRole('button', { name: 'Mark all as read' }).click();
    await cho.page.getByRole('link', { name: 'Notifications', exact: true }).waitFor();
    await cho.page.getByLabel('I am outbid: on the site').uncheck();
    await cho.page.getByRole('button', { name: 'Save' }).click();
    await cho.page.getByRole('status').getByText('Saved.').waitFor();

    // Notifications of one item come in order: after the purchase, none about being outbid can follow.
    const another = await list('A clock to outbid and buy', { buyNowPrice: '9000' });
    await callBids('PlaceBid', { itemId: another, amount: '1000' }, cho);
    await callBids('PlaceBid', { itemId: another, amount: '1100' }, ann);
    await callBids('BuyNow', { itemId: another }, cho);
    await vi.waitFor(async () => {
      await cho.page.goto('/notifications');
      expect(await notices.allTextContents()).toEqual([
        expect.stringContaining('You won this item for $90.00.'),
        expect.stringContaining('A contested clock'),
      ]);
    }, AWHILE);
  });

  it('no browser reported an error', () => {
    expect(consoleErrors).toEqual([]);
  });
});
