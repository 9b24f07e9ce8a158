import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readLiveNews } from '../../model/live-news.ts';
import { topicOfItem } from './changed-items.ts';
import { livePrices, newsOf } from './live-prices.ts';
import { serveLive } from './serve-live.ts';

const AWHILE = { timeout: 30_000 };
const server = createServer((_, response) => response.end('a page'));
let url = '';

beforeAll(async () => {
  // Nothing listens on this port, so nothing can be read.
  for (const key of ['AUTH_URL', 'BIDS_URL', 'NOTIFICATIONS_URL']) process.env[key] = 'http://127.0.0.1:1';
  process.env.AMQP_URL = '';
  serveLive();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  process.emit('SIGTERM');
});

/** Opens the stream of a page and keeps its messages. */
const open = async (path: string, headers: Record<string, string> = {}) => {
  const request = get(url + path, { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  response.on('error', () => undefined);
  const messages = () => [...text.matchAll(/^data: (.+)\n\n/gm)].map(([, data]) => readLiveNews(data));
  await vi.waitFor(() => expect(messages().length).toBeGreaterThan(0), AWHILE);
  return { response, messages, text: () => text, close: () => request.destroy() };
};

describe('the paths of live updates', () => {
  it('are answered before the pages, which are answered as before', async () => {
    expect(await (await fetch(`${url}/`)).text()).toBe('a page');
    expect(await (await fetch(`${url}/live-stock`)).text()).toBe('a page');
    expect((await fetch(`${url}/live`, { method: 'POST' })).status).toBe(405);
  });

  it('send a page its items’ changes, with the headers of every answer, and nothing of other items', async () => {
    const { channel } = livePrices();
    const page = await open('/live?items=item-1,item-2');
    expect(page.response.headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(channel.namesOf('item:')).toEqual(['item-1', 'item-2']);
    channel.publish(topicOfItem('item-9'), { ...newsOf(), mine: 'item-9' });
    channel.publish(topicOfItem('item-2'), { ...newsOf(), mine: 'item-2' });
    await vi.waitFor(() => expect(page.messages().map((news) => news?.mine)).toContain('item-2'), AWHILE);
    expect(page.messages().map((news) => news?.mine)).not.toContain('item-9');
    page.close();
    await vi.waitFor(() => expect([channel.open, channel.namesOf('')]).toEqual([0, []]), AWHILE);
  });

  it('give a page that comes back what it missed, and tell it to refresh when that is gone', async () => {
    const { channel } = livePrices();
    const first = await open('/live?items=item-1');
    const [, id = ''] = /^id: (.+)$/m.exec(first.text()) ?? [];
    first.close();
    channel.publish(topicOfItem('item-1'), { ...newsOf(), mine: 'missed' });
    for (const [path, headers] of [
      ['/live?items=item-1', { 'last-event-id': id }],
      [`/live?items=item-1&after=${id}`, {}],
    ] as const) {
      const back = await open(path, headers);
      await vi.waitFor(() => expect(back.messages().map((news) => news?.mine)).toContain('missed'), AWHILE);
      expect(back.messages().map((news) => news?.refresh)).not.toContain(true);
      back.close();
    }
    const late = await open('/live?items=item-1', { 'last-event-id': 'another.1' });
    expect(late.messages()[0]?.refresh).toBe(true);
    late.close();
  });

  it('keep nothing of readers who leave at once', async () => {
    const { channel } = livePrices();
    for (let i = 0; i < 20; i++) {
      const request = get(`${url}/live?items=item-1`);
      request.on('error', () => undefined);
      await once(request, 'socket');
      request.destroy();
    }
    await vi.waitFor(() => expect(channel.open).toBe(0), AWHILE);
    const page = await open('/live?items=item-1');
    expect(channel.open).toBe(1);
    page.close();
  });

  it('refuse a page beyond the limit', async () => {
    const { channel } = livePrices();
    const isFull = vi.spyOn(channel, 'isFull', 'get').mockReturnValue(true);
    const response = await fetch(`${url}/live?items=item-1`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    isFull.mockRestore();
  });

  it('refuse a page beyond the limit of an address, and count a page no longer once it has gone', async () => {
    const { openPages } = livePrices();
    const page = await open('/live?items=item-1');
    const leaves: (() => void)[] = [];
    for (let leave = openPages.enterFrom('127.0.0.1'); leave; leave = openPages.enterFrom('127.0.0.1'))
      leaves.push(leave);
    const headers = { 'x-gavel-peer': '127.0.0.1' };
    const refused = await fetch(`${url}/live?items=item-1`, { headers });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    page.close();
    for (const leave of leaves) leave();
    const again = await open('/live?items=item-1', headers);
    expect(again.response.statusCode).toBe(200);
    again.close();
  });

  it('are not called live without a broker, and a page that asks learns that no item can be read', async () => {
    const response = await fetch(`${url}/live/now?items=item-1`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ live: false, items: [] });
    expect((await fetch(`${url}/live/now?items=`)).status).toBe(200);
  });

  it('keep the sign-in of somebody whose token is about to expire while auth does not answer', async () => {
    const response = await fetch(`${url}/live/now?items=`, {
      headers: { cookie: 'gavel_refresh=some-token' },
    });
    expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
  });

  it('remove the cookie of an expired sign-in that nothing can renew, as pages do', async () => {
    const response = await fetch(`${url}/live/now?items=`, { headers: { cookie: 'gavel_access=no-token' } });
    expect(response.headers.getSetCookie().join()).toMatch(/gavel_access=;.*HttpOnly/i);
  });
});
