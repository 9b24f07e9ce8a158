import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { livePrices } from '../../server/live/live-prices.ts';
import { GET as askNow } from './now/route.ts';
import { GET } from './route.ts';

const ask = (signal: AbortSignal) =>
  GET(new Request('http://127.0.0.1:3000/live?items=item-1,item-2', { signal }));

describe('the stream of a page', () => {
  beforeAll(() => {
    // Nothing listens on this port, so no item can be read.
    process.env.BIDS_URL = 'http://127.0.0.1:1';
    process.env.AMQP_URL = '';
  });
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it('keeps no page of a reader who disconnected before the stream opened', async () => {
    const { pages } = livePrices();
    for (let i = 0; i < 50; i++) await ask(AbortSignal.abort());
    expect([pages.open, pages.items(), vi.getTimerCount()]).toEqual([0, [], 0]);
  });

  it('keeps no page of a reader who disconnects while the stream is open', async () => {
    const { pages } = livePrices();
    const gone = new AbortController();
    const response = await ask(gone.signal);
    expect([response.status, pages.open, vi.getTimerCount()]).toEqual([200, 1, 1]);
    expect(pages.items()).toEqual(['item-1', 'item-2']);
    gone.abort();
    expect([pages.open, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('keeps no page of a reader who is refused because too many pages are open', async () => {
    const { pages } = livePrices();
    const leaves: (() => void)[] = [];
    const join = () => pages.join(['item-3'], () => undefined);
    for (let leave = join(); leave; leave = join()) leaves.push(leave);
    const open = pages.open;
    const response = await ask(new AbortController().signal);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect([pages.open, vi.getTimerCount()]).toEqual([open, 0]);
    for (const leave of leaves) leave();
    expect(pages.open).toBe(0);
  });

  it('is not called live without a broker, and a page that asks learns that no item can be read', async () => {
    const response = await askNow(new Request('http://127.0.0.1:3000/live/now?items=item-1'));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ live: false, items: [] });
  });
});
