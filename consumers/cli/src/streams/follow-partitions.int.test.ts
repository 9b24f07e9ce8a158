import { randomUUID } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import {
  bidMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { openStreamReader, type StreamReader } from '@gavel/rabbitmq/stream-reader';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { followPartitions } from './follow-partitions.ts';
import type { SeenMessage } from './read-event.ts';
import { readFirst, readLast } from './read-range.ts';

const WAIT = { timeout: 60_000, interval: 50 };
const PACE = { firstMs: 20, maxMs: 100 };

/** The network between a reader and the broker: it can be cut, and stays cut until it is mended. */
async function startNetwork(streamUrl: string) {
  const target = new URL(streamUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  let refused = 0;
  const server = createServer((client) => {
    if (isCut) {
      refused += 1;
      client.destroy();
      return;
    }
    const broker = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP port');
  const url = new URL(streamUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  return {
    url: url.href,
    refused: () => refused,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

describe('reading partitions', () => {
  let producer: ForeignProducer;
  let direct: StreamReader;
  const itemId = randomUUID();
  const { partition } = bidMessage({ itemId, userId: itemId }, 1);
  let sent = 0;
  const send = async (count: number) => {
    const bids = Array.from({ length: count }, (_, i) =>
      bidMessage({ itemId, userId: itemId }, sent + i + 1),
    );
    await producer.send(partition, bids);
    sent += count;
  };
  const sequences = (messages: readonly SeenMessage[]) =>
    messages.map(({ envelope }) => Number(envelope?.sequence));
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

  beforeAll(async () => {
    producer = await openForeignProducer();
    direct = openStreamReader(producer.urls.streamUrl, 'test');
    await send(30);
  });
  afterAll(async () => {
    await direct?.close();
    await producer?.close();
  });

  it('finds the last messages that a condition selects, and the first ones', async () => {
    const all = { partition, from: 0n, end: 30n };
    expect(sequences(await readLast(direct, all, 3, () => true))).toEqual([28, 29, 30]);
    const every7th = ({ offset }: SeenMessage) => offset % 7n === 0n;
    expect(sequences(await readLast(direct, all, 3, every7th))).toEqual([15, 22, 29]);
    expect(sequences(await readLast(direct, all, 99, every7th))).toEqual([1, 8, 15, 22, 29]);
    expect(sequences(await readLast(direct, { ...all, from: 20n }, 99, every7th))).toEqual([22, 29]);
    expect(await readLast(direct, all, 2, () => false)).toEqual([]);
    expect(sequences(await readFirst(direct, { ...all, from: 3n }, 2, every7th))).toEqual([8, 15]);
    expect(await readFirst(direct, { ...all, from: 30n }, 2, () => true)).toEqual([]);
  });

  it('ends at the ends of its partitions, and at once if there is nothing to read', async () => {
    const seen: SeenMessage[] = [];
    await followPartitions({
      reader: direct,
      tracks: [
        { partition, from: 27n, end: 29n },
        { partition, from: 30n, end: 30n },
      ],
      onMessage(message) {
        seen.push(message);
        return 'continue';
      },
      remark: (text) => expect.unreachable(text),
      signal: new AbortController().signal,
    });
    expect(sequences(seen)).toEqual([28, 29]);
  });

  it('continues after an outage without losing or repeating a message, and says so', async () => {
    const network = await startNetwork(producer.urls.streamUrl);
    const reader = openStreamReader(network.url, 'test');
    const seen: SeenMessage[] = [];
    const remarks: string[] = [];
    const interrupt = new AbortController();
    try {
      const following = followPartitions({
        reader,
        tracks: [{ partition, from: 0n }],
        onMessage(message) {
          seen.push(message);
          return seen.length === 50 ? 'done' : 'continue';
        },
        remark: (text) => remarks.push(text),
        signal: interrupt.signal,
        pace: PACE,
      });
      await vi.waitFor(() => expect(seen).toHaveLength(30), WAIT);
      network.cut();
      await send(10);
      // It tries more than once before the broker can be reached again.
      await vi.waitFor(() => expect(network.refused()).toBeGreaterThan(1), WAIT);
      expect(remarks).toEqual([expect.stringMatching(/^the broker is lost, trying to connect again: /)]);
      network.mend();
      await vi.waitFor(() => expect(seen).toHaveLength(40), WAIT);
      await send(10);
      await following;
      expect(sequences(seen)).toEqual(upTo(50));
      expect(remarks).toEqual([expect.any(String), 'connected again']);
    } finally {
      interrupt.abort();
      await reader.close();
      await network.close();
    }
  });

  it('ends an outage at Ctrl-C', async () => {
    const network = await startNetwork(producer.urls.streamUrl);
    network.cut();
    const reader = openStreamReader(network.url, 'test');
    const interrupt = new AbortController();
    try {
      const following = followPartitions({
        reader,
        tracks: [{ partition, from: 0n }],
        onMessage: () => 'continue',
        remark: () => interrupt.abort(),
        signal: interrupt.signal,
        pace: PACE,
      });
      await expect(following).resolves.toBeUndefined();
    } finally {
      interrupt.abort();
      await reader.close();
      await network.close();
    }
  });

  it('gives up after an outage that lasts too long, if there is a limit', async () => {
    const network = await startNetwork(producer.urls.streamUrl);
    network.cut();
    const reader = openStreamReader(network.url, 'test');
    try {
      const following = followPartitions({
        reader,
        tracks: [{ partition, from: 0n, end: 10n }],
        onMessage: () => 'continue',
        remark: () => undefined,
        signal: new AbortController().signal,
        pace: PACE,
        giveUpMs: 200,
      });
      await expect(following).rejects.toThrow('the broker was lost for');
      expect(network.refused()).toBeGreaterThan(1);
    } finally {
      await reader.close();
      await network.close();
    }
  });

  it('fails if the stream was recreated', async () => {
    await expect(
      followPartitions({
        reader: direct,
        tracks: [{ partition, from: 1_000n }],
        onMessage: () => 'continue',
        remark: (text) => expect.unreachable(text),
        signal: new AbortController().signal,
      }),
    ).rejects.toThrow('the stream ends at');
  });
});
