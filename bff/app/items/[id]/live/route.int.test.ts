import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { livePrices } from '../../../../server/live/live-prices.ts';
import { GET } from './route.ts';

const ask = (signal: AbortSignal) =>
  GET(new Request('http://127.0.0.1:3000/items/item-1/live', { signal }), {
    params: Promise.resolve({ id: 'item-1' }),
  });

describe('live prices of an item', () => {
  beforeAll(() => {
    // Nothing listens on this port, so there is no current price.
    process.env.BIDS_URL = 'http://127.0.0.1:1';
    process.env.AMQP_URL = '';
  });
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it('keep no page of a reader who disconnected before the stream opened', async () => {
    const { pages } = livePrices();
    for (let i = 0; i < 50; i++) await ask(AbortSignal.abort());
    expect([pages.open, pages.items(), vi.getTimerCount()]).toEqual([0, [], 0]);
  });

  it('keep no page of a reader who disconnects while the stream is open', async () => {
    const { pages } = livePrices();
    const gone = new AbortController();
    const response = await ask(gone.signal);
    expect([response.status, pages.open, vi.getTimerCount()]).toEqual([200, 1, 1]);
    gone.abort();
    expect([pages.open, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('keep no page of a reader who is refused because too many pages are open', async () => {
    const { pages } = livePrices();
    const leaves: (() => void)[] = [];
    for (
      let leave = pages.join('item-2', () => undefined);
      leave;
      leave = pages.join('item-2', () => undefined)
    )
      leaves.push(leave);
    const open = pages.open;
    const response = await ask(new AbortController().signal);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect([pages.open, vi.getTimerCount()]).toEqual([open, 0]);
    for (const leave of leaves) leave();
    expect(pages.open).toBe(0);
  });
});
