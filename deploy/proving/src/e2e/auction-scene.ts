import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { mustCall } from '../system/call-connect.ts';
import { type SignedIn, signUp } from '../system/sign-up.ts';
import type { System } from '../system/start-system.ts';
import { launchBrowser, openPage, signIn } from './browser.ts';
import { startWebSystem } from './web-system.ts';

const HOUR_MS = 3_600_000;
type Name = 'seller' | 'ann' | 'bob';

/** A running Gavel, a browser, a seller and two bidders. Pages are closed after each test. */
export interface AuctionScene {
  readonly system: System;
  readonly people: Readonly<Record<Name, SignedIn>>;
  /** A page of its own browser context; signed in when a person is given. With an empty path it is not opened yet. */
  open(path: string, options?: { person?: SignedIn; script?: boolean }): Promise<Page>;
  /** Lists an item of the seller. Default: starting price 10.00, open for one hour. Returns its id. */
  list(title: string, terms?: object): Promise<string>;
  bid(itemId: string, amount: number, bidder: SignedIn): Promise<unknown>;
  call(method: string, request: object, person: SignedIn): Promise<Record<string, unknown>>;
}

/** Starts the scene before the tests of a file, and stops it after them. */
export function useAuctionScene(): AuctionScene {
  let system: System;
  let browser: Browser;
  let people: Record<Name, SignedIn>;
  const opened: Page[] = [];
  beforeAll(async () => {
    system = await startWebSystem();
    browser = await launchBrowser();
    const enter = (name: string) => signUp(system.urls.auth, name);
    const [seller, ann, bob] = await Promise.all([enter('Sam Seller'), enter('Ann'), enter('Bob')]);
    people = { seller, ann, bob };
  });
  afterEach(async () => {
    for (const page of opened.splice(0)) await page.context().close();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const call = (method: string, request: object, { token }: SignedIn) =>
    mustCall(system.urls.bids, `bids.v1.BidService/${method}`, request, { token });
  return {
    get system() {
      return system;
    },
    get people() {
      return people;
    },
    call,
    bid: (itemId, amount, bidder) => call('PlaceBid', { itemId, amount: String(amount) }, bidder),
    async list(title, terms = {}) {
      const request = { title, startPrice: '1000', endAt: fromNow(HOUR_MS), ...terms };
      return ((await call('CreateItem', request, people.seller)).item as { id: string }).id;
    },
    async open(path, { person, script = true } = {}) {
      const page = await openPage(browser, system.urls.bff, { javaScriptEnabled: script });
      opened.push(page);
      if (person) await signIn(page, person);
      if (path) await page.goto(path);
      return page;
    },
  };
}

/** The time in `ms` milliseconds, ISO 8601. */
export const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Waits until the element with this test id contains the text. The page is not reloaded. */
export const shows = (page: Page, testId: string, text: string): Promise<void> =>
  page.getByTestId(testId).filter({ hasText: text }).waitFor();

/** Fills in and sends the bid form of the open page. */
export async function sendBidForm(page: Page, amount: string): Promise<void> {
  await page.getByLabel(/^Your bid/).fill(amount);
  await page.getByLabel('Bid exactly this amount').check();
  await page.getByRole('button', { name: 'Place bid' }).click();
}

/** The history of bids of the open page. */
export const history = (page: Page) => page.getByRole('table', { name: 'Bid history' });
