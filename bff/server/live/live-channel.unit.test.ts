import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LiveNews } from '../../model/live-news.ts';
import { openEventStream } from './event-stream.ts';
import { LiveChannel, type Viewer } from './live-channel.ts';

const AWHILE = { timeout: 30_000 };
const news = (now: number): LiveNews => ({ now, live: true, items: [] });
const timesIn = (text: string): number[] =>
  [...text.matchAll(/^data: (.+)\n\n/gm)].map(([, data]) => (JSON.parse(data ?? '') as LiveNews).now);

/** A viewer that keeps what it gets. */
const recorder = () => {
  const frames: Buffer[] = [];
  const viewer: Viewer = { write: (frame) => void frames.push(frame), end: vi.fn() };
  return { viewer, frames, times: () => timesIn(Buffer.concat(frames).toString()) };
};

describe('a live channel', () => {
  const open = (limit = 10, kept = 8) => new LiveChannel({ limit, kept });

  it('sends a message to the viewers of its topic, until they leave', () => {
    const channel = open();
    const [mine, other] = [recorder(), recorder()];
    channel.join(mine.viewer, ['item:1']);
    channel.join(mine.viewer, ['person:1']);
    channel.join(other.viewer, ['item:2']);
    for (const [topic, now] of [['item:1', 1] as const, ['person:1', 2] as const])
      channel.publish(topic, news(now));
    expect([mine.times(), other.times()]).toEqual([[1, 2], []]);
    channel.leave(mine.viewer);
    channel.leave(mine.viewer);
    channel.publish('item:1', news(3));
    expect([mine.times(), channel.open, channel.namesOf('item:')]).toEqual([[1, 2], 1, ['2']]);
  });

  it('encodes a message once, however many viewers it has', () => {
    const channel = open();
    const viewers = [recorder(), recorder(), recorder()];
    for (const { viewer } of viewers) channel.join(viewer, ['item:1']);
    channel.publish('item:1', news(1));
    expect(new Set(viewers.map(({ frames }) => frames[0])).size).toBe(1);
  });

  it('is full at its limit, and no longer after somebody has left', () => {
    const channel = open(1);
    const { viewer } = recorder();
    channel.join(viewer, ['item:1', 'item:2']);
    expect(channel.isFull).toBe(true);
    channel.leave(viewer);
    expect(channel.isFull).toBe(false);
  });

  it('keeps the last messages for those who come back, and knows when one of them is gone', () => {
    const channel = open(10, 3);
    const before = channel.lastId;
    for (const now of [1, 2, 3]) channel.publish(now === 2 ? 'item:2' : 'item:1', news(now));
    const missed = channel.missedSince(before, ['item:1']);
    expect(timesIn(Buffer.concat(missed ?? []).toString())).toEqual([1, 3]);
    expect(channel.missedSince(channel.lastId, ['item:1'])).toEqual([]);
    channel.publish('item:1', news(4));
    expect(channel.missedSince(before, ['item:1'])).toBeUndefined();
  });

  it.each(['', '1', 'x.1', `${open().lastId}`, '.', 'a.b'])('knows nothing about the id %s', (id) => {
    expect(open().missedSince(id, ['item:1'])).toBeUndefined();
  });

  it('does not know a number that it has not given yet', () => {
    const channel = open();
    expect(channel.missedSince(channel.lastId.replace(/\d+$/, '9'), [])).toBeUndefined();
  });
});

describe('event streams', () => {
  const opened: ReturnType<typeof createServer>[] = [];
  const serve = async (answer: Parameters<typeof createServer>[1]) => {
    const server = createServer(answer).listen(0, '127.0.0.1');
    opened.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  afterEach(() => {
    for (const server of opened.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('lose nothing and repeat nothing in 1,000 disconnects at random moments', async () => {
    const channel = new LiveChannel({ limit: 10, kept: 4_096 });
    const url = await serve((request, response) => {
      const stream = openEventStream(response, {}, () => channel.leave(stream));
      const missed = channel.missedSince(String(request.headers['last-event-id']), ['item:1']);
      if (!missed) throw new Error('messages are gone');
      for (const frame of missed) stream.write(frame);
      channel.join(stream, ['item:1']);
    });
    const heard: number[] = [];
    let lastId = channel.lastId;
    let published = 0;
    const publish = () => channel.publish('item:1', news(++published));
    for (let disconnects = 0; disconnects < 1_000; disconnects++) {
      const request = get(url, { headers: { 'last-event-id': lastId } });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      // One published while the stream is open ends the wait; the connection is cut after some bytes, maybe inside a message.
      const cutAfter = 20 + Math.floor(Math.random() * 200);
      let text = '';
      publish();
      for await (const bytes of response) {
        text += (bytes as Buffer).toString();
        if (text.length > cutAfter) break;
        publish();
      }
      request.destroy();
      // What a browser does: a message that was cut off does not count.
      for (const [, id, data] of text.matchAll(/^id: (.+)\ndata: (.+)\n\n/gm)) {
        lastId = id ?? '';
        heard.push((JSON.parse(data ?? '') as LiveNews).now);
      }
      if (Math.random() < 0.5) publish();
    }
    const rest = channel.missedSince(lastId, ['item:1']) ?? [];
    heard.push(...timesIn(Buffer.concat(rest).toString()));
    expect(heard).toEqual(Array.from({ length: published }, (_, index) => index + 1));
  });

  it('end when their reader disconnects', async () => {
    const ended = vi.fn();
    const url = await serve((_, response) => void openEventStream(response, {}, ended));
    const request = get(url);
    await once(request, 'response');
    request.destroy();
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), AWHILE);
  });

  it('end when their reader is too far behind', async () => {
    const ended = vi.fn();
    const frame = Buffer.alloc(32 * 1024, 'a');
    let unread = 0;
    const connected = Promise.withResolvers<void>();
    const url = await serve(async (_, response) => {
      const stream = openEventStream(response, {}, ended);
      // The reader never reads: first the buffers of the sockets fill, then this process's own.
      const fill = () => {
        for (let i = 0; i < 100; i++) stream.write(frame);
        unread = Math.max(unread, response.writableLength);
        if (!response.destroyed) setImmediate(fill);
      };
      await connected.promise;
      fill();
    });
    const [response] = (await once(get(url), 'response')) as [IncomingMessage];
    response.pause();
    response.on('error', () => undefined);
    connected.resolve();
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), AWHILE);
    expect(unread).toBeLessThan(128 * 1024);
  });

  it('are not chunked and can be read by a browser: type, first line and headers', async () => {
    const url = await serve((_, response) => {
      const stream = openEventStream(response, { 'x-content-type-options': 'nosniff' }, vi.fn());
      stream.write(Buffer.from('data: 1\n\n'));
      stream.end();
    });
    const response = await fetch(url);
    expect(await response.text()).toBe('retry: 2000\n\ndata: 1\n\n');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('transfer-encoding')).toBeNull();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
