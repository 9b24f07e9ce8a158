import type { Browser, Page } from 'playwright-core';
import { vi } from 'vitest';
import { history } from '../e2e/auction-scene.ts';
import { listItem, openPage, placeBid, register } from '../e2e/browser.ts';
import { callConnect, mustCall } from '../system/call-connect.ts';
import { listItem as listByCall, signUp } from '../system/sign-up.ts';
import type { System } from '../system/start-system.ts';

/** What the people of a run have told, and what was given to them. None of it belongs into a log or a span. */
export interface PersonalData {
  readonly names: readonly string[];
  readonly emails: readonly string[];
  readonly secrets: readonly string[];
}

/**
 * What people do in Gavel, once: register and sign in, list items, bid with form and call, bid too low, watch a live page, read
 * notifications and statistics, and wait for the end of an auction. Returns their personal data.
 */
export async function liveThroughADay(system: System, browser: Browser): Promise<PersonalData> {
  const names = ['Petronella Quillfeather', 'Barnabas Oddington', 'Wilhelmina Thrupp'] as const;
  const sellerPage = await openPage(browser, system.urls.bff);
  const seller = await register(sellerPage, names[0]);
  const itemId = await listItem(sellerPage, 'A watched clock', '10');
  const bidderPage = await openPage(browser, system.urls.bff);
  const bidder = await register(bidderPage, names[1]);
  await sellerPage.goto(`/items/${itemId}`);
  await placeBid(bidderPage, itemId, '11');
  await history(sellerPage).getByText('$11.00').waitFor();

  const caller = await signUp(system.urls.auth, names[2]);
  const bid = (id: string, amount: string) =>
    callConnect(system.urls.bids, 'bids.v1.BidService/PlaceBid', { itemId: id, amount }, caller);
  await bid(itemId, '1');
  await bid(itemId, '2000');
  await closeAnAuction(system, caller, bid);
  for (const path of ['/', '/notifications', '/dashboard', '/my-bids', '/no-such-page'])
    await bidderPage.goto(path);
  await untilNotified(bidderPage);
  const tokens = [...(await cookiesOf(sellerPage)), ...(await cookiesOf(bidderPage))];
  return {
    names,
    emails: [seller.email, bidder.email, caller.email],
    secrets: [seller.password, caller.password, caller.token, caller.refreshToken, ...tokens],
  };
}

type Caller = Awaited<ReturnType<typeof signUp>>;

async function closeAnAuction(
  system: System,
  caller: Caller,
  bid: (id: string, amount: string) => Promise<unknown>,
): Promise<void> {
  const short = await listByCall(system.urls.bids, caller, 'A clock with little time', { openMs: 2_000 });
  await bid(short, '200');
  await vi.waitFor(
    async () => {
      const { item } = await mustCall(system.urls.bids, 'bids.v1.BidService/GetItem', { id: short });
      const { status } = item as { status: string };
      if (status !== 'ITEM_STATUS_ENDED') throw new Error(`the auction is ${status}`);
    },
    { timeout: 30_000, interval: 200 },
  );
}

async function untilNotified(page: Page): Promise<void> {
  await page.goto('/notifications');
  await page.getByText('A watched clock').first().waitFor();
}

async function cookiesOf(page: Page): Promise<string[]> {
  const cookies = await page.context().cookies();
  return cookies.map(({ value }) => value).filter((value) => value.length > 20);
}
