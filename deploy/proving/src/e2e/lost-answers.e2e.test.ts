import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { history, sendBidForm, shows, useAuctionScene } from './auction-scene.ts';

const scene = useAuctionScene();

describe('a bid whose answer is lost', () => {
  const message = 'We do not know yet whether your bid was placed. Checking…';
  /** Ends the first requests of the bid form with `answer`, after the server may have got them. */
  async function loseAnswers(
    page: Page,
    times: number,
    reached: boolean,
    status?: number,
  ): Promise<() => number> {
    let requests = 0;
    await page.route(/\/items\/[^/]+\/bids$/, async (route) => {
      requests++;
      if (requests > times) return route.continue();
      if (reached) await route.fetch();
      await (status === undefined ? route.abort() : route.fulfill({ status, body: 'Bad Gateway' }));
    });
    return () => requests;
  }

  it.each([
    ['the connection is lost after the bid was placed', true, undefined],
    ['the connection is lost before the bid was placed', false, undefined],
    ['a proxy answers 502', true, 502],
  ] as const)('is found out with the same key when %s', async (what, reached, status) => {
    const itemId = await scene.list(`A lost vase: ${what}`);
    const page = await scene.open(`/items/${itemId}`, { person: scene.people.ann });
    const requests = await loseAnswers(page, 2, reached, status);
    await sendBidForm(page, '15');
    await page.getByRole('alert').getByText(message).waitFor();
    expect(await page.getByLabel(/^Your bid/).inputValue()).toBe('15');
    await page.getByRole('status').getByText('Your bid of $15.00 was accepted.').waitFor();
    expect(requests()).toBe(3);
    await history(page).getByText('$15.00').waitFor();
    await shows(page, 'bid-count', '1 bid');
    expect(await page.getByLabel(/^Your bid/).inputValue()).toBe('');
  });

  it('is found out when the browser is online again', async () => {
    const itemId = await scene.list('An offline vase');
    const page = await scene.open(`/items/${itemId}`, { person: scene.people.ann });
    await page.context().setOffline(true);
    await sendBidForm(page, '16');
    await page.getByRole('alert').getByText(message).waitFor();
    await shows(page, 'live-sign', 'No connection to Gavel.');
    await page.context().setOffline(false);
    await page.getByRole('status').getByText('Your bid of $16.00 was accepted.').waitFor();
    await page.locator('[data-testid=live-sign]:empty').waitFor({ state: 'attached' });
  });

  it('keeps the page of every other form, too', async () => {
    const itemId = await scene.list('A watched vase');
    const page = await scene.open(`/items/${itemId}`, { person: scene.people.ann });
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Watch', exact: true }).click();
    await page.getByRole('alert').getByText('The connection was lost.').waitFor();
    expect(await page.getByText('Something went wrong').count()).toBe(0);
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Watch', exact: true }).click();
    await page.getByRole('button', { name: 'Stop watching' }).waitFor();
  });
});

describe('a form for an item', () => {
  it('lists one item, also when the browser sends it again', async () => {
    const { seller } = scene.people;
    const page = await scene.open('/sell', { person: seller, script: false });
    await page.getByLabel('Title').fill('A vase that is sent twice');
    await page.getByLabel('Starting price').fill('10');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByRole('button', { name: 'List item' }).click();
    await page.waitForURL(/\/items\/[0-9a-f-]{36}/);
    const again = await page.request.fetch(await sent, { maxRedirects: 0 });
    expect(again.headers().location).toContain(new URL(page.url()).pathname);
    const { items } = await scene.call('ListSellerItems', { pageSize: 100 }, seller);
    const listed = (items as { title: string }[]).filter(
      ({ title }) => title === 'A vase that is sent twice',
    );
    expect(listed).toHaveLength(1);
  });
});
