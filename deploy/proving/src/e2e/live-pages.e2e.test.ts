import { managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { fromNow, history, sendBidForm, shows, useAuctionScene } from './auction-scene.ts';

const AWHILE = { timeout: 45_000, interval: 100 };
const HOUR_MS = 3_600_000;
const scene = useAuctionScene();

const card = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title });

/** The page's tab is hidden, or shown again, as the browser reports it. */
const setHidden = (page: Page, hidden: boolean): Promise<void> =>
  page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} });
    document.dispatchEvent(new Event('visibilitychange'));`);

describe('the answer to a bid', () => {
  it('ends when the price moves, and the page says that the bidder was outbid', async () => {
    const itemId = await scene.list('A contested vase');
    const page = await scene.open(`/items/${itemId}`, { person: scene.people.ann });
    await sendBidForm(page, '12.50');
    const accepted = page.getByRole('status').getByText('Your bid of $12.50 was accepted.');
    await accepted.waitFor();
    await shows(page, 'leading', 'You are the highest bidder.');
    await vi.waitFor(async () => expect(await page.title()).toMatch(/^\$12\.50 · A contested vase/), AWHILE);
    await scene.bid(itemId, 2000, scene.people.bob);
    await shows(page, 'outbid', 'You have been outbid. Your highest bid was $12.50.');
    await vi.waitFor(async () => expect(await page.title()).toMatch(/^\$20\.00 · A contested vase/), AWHILE);
    await shows(page, 'price', '$20.00');
    expect(await accepted.count()).toBe(0);
    expect(await page.getByTestId('leading').count()).toBe(0);
  });

  it('ends when it was a refusal that names an older minimum', async () => {
    const itemId = await scene.list('A refused vase');
    const page = await scene.open(`/items/${itemId}`, { person: scene.people.ann });
    await sendBidForm(page, '9');
    const refused = page.getByText('Please bid $10.00 or more.');
    await refused.waitFor();
    await scene.bid(itemId, 3000, scene.people.bob);
    await refused.waitFor({ state: 'detached' });
    expect(await page.getByLabel(/^Your bid/).inputValue()).toBe('9');
    expect(await page.getByTestId('outbid').count()).toBe(0);
  });
});

describe('the clock of a page', () => {
  const secondsLeft = async (page: Page): Promise<number> => {
    const text = (await page.getByTestId('auction-state').textContent())?.replaceAll('\u00a0', ' ') ?? '';
    const [, minutes = '0', seconds = '0'] = /Ends in (?:(\d+) min ?)?(?:(\d+) s)?, on/.exec(text) ?? [];
    return Number(minutes) * 60 + Number(seconds);
  };

  it('ticks, by the server’s clock, until bidding is over', async () => {
    const endAt = fromNow(300_000);
    const itemId = await scene.list('A ticking vase', { endAt });
    const page = await scene.open('');
    // The person's own clock is a day ahead.
    await page.clock.install({ time: Date.now() + 24 * HOUR_MS });
    await page.goto(`/items/${itemId}`);
    await shows(page, 'auction-state', 'Ends in');
    await vi.waitFor(async () => {
      const left = await secondsLeft(page);
      expect(Math.abs(left - (Date.parse(endAt) - Date.now()) / 1000)).toBeLessThan(3);
    }, AWHILE);
    const before = await secondsLeft(page);
    await page.clock.runFor(60_000);
    await vi.waitFor(async () => expect(await secondsLeft(page)).toBeLessThanOrEqual(before - 60), AWHILE);
    await page.clock.runFor(180_000);
    await shows(page, 'clock-voice', 'Less than a minute left.');
    await page.locator('.urgent[data-testid=auction-state]').waitFor();
    await page.clock.runFor(120_000);
    await shows(page, 'auction-state', 'Bidding is over.');
  });

  it('says the same in a list, down to the last second', async () => {
    const endAt = fromNow(200_000);
    await scene.list('A listed vase', { endAt });
    const page = await scene.open('');
    await page.clock.install();
    await page.goto('/?q=listed+vase');
    const text = async () => (await card(page, 'A listed vase').textContent())?.replaceAll('\u00a0', ' ');
    await vi.waitFor(
      async () => expect(await text()).toMatch(/ends in (3 min( \d+ s)?|2 min \d+ s)/),
      AWHILE,
    );
    // From what the page says: its own clock may be behind this process's on a busy machine.
    const [, minutes = '0', seconds = '0'] =
      /ends in (?:(\d+) min ?)?(?:(\d+) s)?/.exec((await text()) ?? '') ?? [];
    await page.clock.fastForward((Number(minutes) * 60 + Number(seconds) - 2) * 1_000);
    await vi.waitFor(async () => expect(await text()).toMatch(/ends in [12] s|bidding is over/), AWHILE);
    await page.clock.runFor(3_000);
    await vi.waitFor(async () => expect(await text()).toContain('bidding is over'), AWHILE);
  });

  it('says by how much a late bid has moved the end, and times in the viewer’s zone with UTC on hover', async () => {
    const itemId = await scene.list('A moved vase', { endAt: fromNow(100_000), softCloseSeconds: 180 });
    const page = await scene.open(`/items/${itemId}`);
    const end = page.getByTestId('auction-state').locator('time');
    await vi.waitFor(async () => expect(await end.getAttribute('title')).toMatch(/\d\d:\d\d UTC$/), AWHILE);
    await scene.bid(itemId, 1200, scene.people.ann);
    const extension = page.getByTestId('auction-state').locator('.extension');
    await extension.filter({ hasText: /^\+1\smin/ }).waitFor();
    await shows(page, 'clock-voice', 'The end has moved: +1');
  });

  it('is the time of the end on a page without script, with the time of the page’s state', async () => {
    const itemId = await scene.list('A plain vase', { endAt: fromNow(57_000) });
    for (const path of [`/items/${itemId}`, '/?q=plain+vase']) {
      const page = await scene.open(path, { script: false });
      const text = (await page.getByRole('main').textContent()) ?? '';
      expect(text).toMatch(/ends on \d+ \w+ \d+, \d\d:\d\d UTC/i);
      expect(text).not.toMatch(/ends in/i);
      expect(text).toMatch(/This page shows the state at \d+ \w+ \d+, \d\d:\d\d UTC/);
    }
  });
});

describe('an open page', () => {
  it('shows history, standing and the seller’s view of an auction without reserve price as they are now', async () => {
    const itemId = await scene.list('An open vase');
    const pages = [
      await scene.open(`/items/${itemId}`),
      await scene.open(`/items/${itemId}`, { person: scene.people.seller }),
    ];
    const bidder = await scene.open(`/items/${itemId}`, { person: scene.people.ann });
    await scene.bid(itemId, 1300, scene.people.ann);
    for (const page of [...pages, bidder]) await history(page).getByText('$13.00').waitFor();
    await shows(bidder, 'leading', 'You are the highest bidder.');
    await scene.bid(itemId, 1500, scene.people.bob);
    for (const page of [...pages, bidder]) await history(page).getByText('$15.00').waitFor();
    await shows(bidder, 'outbid', 'You have been outbid.');
  });

  it('notices what happened while it was hidden: a moved end, a lifted price and the close', async () => {
    const terms = {
      endAt: fromNow(600_000),
      softCloseSeconds: 1200,
      reservePrice: '5000',
      buyNowPrice: '9000',
    };
    const itemId = await scene.list('A hidden vase', terms);
    const page = await scene.open(`/items/${itemId}`, { person: scene.people.ann });
    const end = page.getByTestId('auction-state').locator('time');
    await scene.call('PlaceBid', { itemId, maxAmount: '4000' }, scene.people.bob);
    await shows(page, 'reserve', 'has not been met yet');
    const before = (await end.getAttribute('datetime')) ?? '';
    await setHidden(page, true);
    await scene.call('PlaceBid', { itemId, maxAmount: '6000' }, scene.people.bob);
    await setHidden(page, false);
    await shows(page, 'price', '$50.00');
    await shows(page, 'reserve', 'high enough to win');
    await setHidden(page, true);
    await scene.bid(itemId, 7000, scene.people.ann);
    await setHidden(page, false);
    await history(page).getByText('$70.00').waitFor();
    await vi.waitFor(async () => {
      expect(Date.parse((await end.getAttribute('datetime')) ?? '')).toBeGreaterThan(Date.parse(before));
    }, AWHILE);
    const closing = await scene.list('A closing vase', { buyNowPrice: '9000' });
    await page.goto(`/items/${closing}`);
    await page.getByText('Buy now for $90.00…').waitFor();
    await setHidden(page, true);
    await scene.call('BuyNow', { itemId: closing }, scene.people.bob);
    await setHidden(page, false);
    await shows(page, 'auction-state', 'Sold for $90.00');
    expect(await page.getByLabel(/^Your bid/).count()).toBe(0);
  });

  it('follows an auction from its start to its end', async () => {
    const itemId = await scene.list('A short vase', { startsAt: fromNow(6_000), endAt: fromNow(14_000) });
    const page = await scene.open(`/items/${itemId}`, { person: scene.people.ann });
    const cards = await scene.open('/?q=short+vase&scheduled=1');
    await card(cards, 'A short vase').getByText('starts in').waitFor();
    await shows(page, 'auction-state', 'Starts in');
    await shows(page, 'auction-state', 'Ends in');
    await card(cards, 'A short vase').getByText('ends in').waitFor();
    await page.getByLabel(/^Your bid/).waitFor();
    await shows(page, 'auction-state', 'Ended without bids on');
    expect(await page.getByLabel(/^Your bid/).count()).toBe(0);
    await card(cards, 'A short vase').getByText('bidding is over').waitFor();
  });

  it('asks for changes and says so while its stream is blocked, also that it gets no answer at all', async () => {
    const itemId = await scene.list('A blocked vase');
    const page = await scene.open('');
    await page.route(/\/live\?/, (route) => route.abort());
    await page.goto(`/items/${itemId}`);
    await shows(page, 'live-sign', 'Live updates are interrupted.');
    await scene.bid(itemId, 1700, scene.people.ann);
    await shows(page, 'price', '$17.00');
    await history(page).getByText('$17.00').waitFor();
    await page.context().setOffline(true);
    await shows(page, 'live-sign', 'No connection to Gavel.');
    await scene.bid(itemId, 1900, scene.people.bob);
    await page.context().setOffline(false);
    await shows(page, 'live-sign', 'Live updates are interrupted.');
    await shows(page, 'price', '$19.00');
    await page.unroute(/\/live\?/);
    await page.reload();
    await shows(page, 'price', '$19.00');
    expect(await page.getByTestId('live-sign').textContent()).toBe('');
  });

  it('shows cards, own bids and the number of notifications as they are now', async () => {
    const itemId = await scene.list('A carded vase');
    await scene.bid(itemId, 1100, scene.people.ann);
    const cards = await scene.open('/?q=carded');
    const mine = await scene.open('/my-bids', { person: scene.people.ann });
    await card(cards, 'A carded vase').getByText('$11.00').waitFor();
    await card(mine, 'A carded vase').getByText('You are the highest bidder').waitFor();
    await scene.bid(itemId, 2300, scene.people.bob);
    await card(cards, 'A carded vase').getByText('$23.00').waitFor();
    await card(mine, 'A carded vase').getByText('You were outbid').waitFor();
    await mine.getByRole('link', { name: /^Notifications \(\d+\)/ }).waitFor();
    const count = await mine.getByRole('link', { name: /^Notifications/ }).textContent();
    // Another item: unread notifications about one item are one.
    const other = await scene.list('Another vase');
    await scene.bid(other, 1100, scene.people.ann);
    await scene.bid(other, 2300, scene.people.bob);
    await vi.waitFor(async () => {
      expect(await mine.getByRole('link', { name: /^Notifications/ }).textContent()).not.toBe(count);
    }, AWHILE);
  });

  it('gets changes again within seconds after the topic exchange was deleted', async () => {
    const itemId = await scene.list('A healed vase');
    const page = await scene.open(`/items/${itemId}`);
    await shows(page, 'price', '$10.00');
    const { managementUrl, amqpUrl } = scene.system.infrastructure.urls;
    const vhost = new URL(amqpUrl).pathname.slice(1);
    await managementRequest(managementUrl, 'DELETE', `/api/exchanges/${vhost}/${EVENTS_EXCHANGE}`);
    await scene.bid(itemId, 1400, scene.people.ann);
    await shows(page, 'price', '$14.00');
    await vi.waitFor(async () => {
      const report = await (await fetch(`${scene.system.urls.bff}/readyz`)).json();
      expect(report).toMatchObject({ checks: { 'live-prices': { detail: { live: 'connected' } } } });
    }, AWHILE);
    await scene.bid(itemId, 1800, scene.people.bob);
    await shows(page, 'price', '$18.00');
  });
});
