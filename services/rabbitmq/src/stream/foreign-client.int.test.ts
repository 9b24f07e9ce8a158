import { randomBytes } from 'node:crypto';
import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { partitionsOf } from '@gavel/proto/topology';
import { type Client, Offset } from 'rabbitmq-stream-js-client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { connectForeignClient } from '../testing/foreign-client.ts';
import { ensureTopology } from '../topology.ts';
import {
  connectPublishing,
  type DeclaredPublisher,
  type PublishingConnection,
} from './publishing-connection.ts';
import { openStreamReader } from './stream-reader.ts';

declare module 'vitest' {
  interface ProvidedContext {
    infrastructure: InfrastructureUrls;
  }
}

type Message = Parameters<Parameters<Client['declareConsumer']>[1]>[0];

const AWHILE = { timeout: 30_000, interval: 50 };
const TEXT = 'ключ 🎩';

/** This package and rabbitmq-stream-js-client on one broker: each reads what the other writes. */
describe('together with the public stream client', () => {
  const vhost = `foreign-${randomBytes(6).toString('hex')}`;
  let urls: InfrastructureUrls;
  let foreign: Client;
  let ours: PublishingConnection;
  let confirmed: [stream: string, id: number][];

  beforeAll(async () => {
    urls = await createVhost(inject('infrastructure'), vhost);
    foreign = await connectForeignClient(urls.streamUrl);
    confirmed = [];
    ours = await connectPublishing({
      url: urls.streamUrl,
      name: 'ours',
      onConfirmed: (stream, id) => confirmed.push([stream, id]),
    });
  });
  afterAll(async () => {
    await ours.close();
    await foreign.close();
    await deleteVhost(urls.managementUrl, vhost);
  });

  const publish = (publisher: DeclaredPublisher, ids: readonly number[]) =>
    publisher.publish(
      ids.map((id) => ({
        publishingId: id,
        message: {
          messageId: `m-${id}`,
          subject: 'a.subject',
          contentType: 'text/plain',
          headers: { id: String(id), text: TEXT, long: 'x'.repeat(300) },
          body: Buffer.from(`ours ${id}`),
        },
      })),
    );
  const confirms = (stream: string) =>
    confirmed.flatMap(([of, id]) => (of === stream ? [id] : [])).toSorted((a, b) => a - b);
  const foreignSend = async (stream: string, publisherRef: string, ids: readonly number[]) => {
    const publisher = await foreign.declarePublisher({ stream, publisherRef });
    const waiting = new Set(ids.map(BigInt));
    publisher.on('publish_confirm', (_, done) => {
      for (const id of done) waiting.delete(id);
    });
    for (const id of ids) {
      const options = { publishingId: BigInt(id), applicationProperties: { id: String(id), text: TEXT } };
      await publisher.send(Buffer.from(`foreign ${id}`), options);
    }
    await publisher.flush();
    await vi.waitFor(() => expect(waiting.size).toBe(0), AWHILE);
    await publisher.close();
  };
  const foreignRead = async (stream: string, count: number): Promise<Message[]> => {
    const messages: Message[] = [];
    const consumer = await foreign.declareConsumer({ stream, offset: Offset.first() }, (message) => {
      messages.push(message);
    });
    await vi.waitFor(() => expect(messages).toHaveLength(count), AWHILE);
    await consumer.close();
    return messages;
  };
  const ourRead = async (stream: string, count: number): Promise<string[]> => {
    const reader = openStreamReader(urls.streamUrl, 'ours');
    const bodies: string[] = [];
    for await (const batch of reader.read(stream, 'first')) {
      for (const { content } of batch) {
        if (!content.ok) throw new Error(content.problem);
        expect(content.headers.text).toBe(TEXT);
        bodies.push(Buffer.from(content.body).toString());
      }
      if (bodies.length >= count) break;
    }
    await reader.close();
    return bodies;
  };
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it('the public client reads what this package publishes: properties, headers and bodies', async () => {
    await foreign.createStream({ stream: 'ours' });
    const publisher = await ours.declare('ours', 'writer');
    expect(publisher.lastPublishingId).toBe(0);
    expect(publish(publisher, numbers(1, 500))).toEqual([]);
    await vi.waitFor(() => expect(confirms('ours')).toEqual(numbers(1, 500)), AWHILE);
    const messages = await foreignRead('ours', 500);
    expect(messages.map(({ content }) => content.toString())).toEqual(
      numbers(1, 500).map((id) => `ours ${id}`),
    );
    expect(messages[6]).toMatchObject({
      applicationProperties: { id: '7', text: TEXT, long: 'x'.repeat(300) },
      messageProperties: { messageId: 'm-7', subject: 'a.subject', contentType: 'text/plain' },
    });
  });

  it('this package reads what the public client publishes', async () => {
    await foreign.createStream({ stream: 'theirs' });
    await foreignSend('theirs', 'writer', numbers(1, 500));
    expect(await ourRead('theirs', 500)).toEqual(numbers(1, 500).map((id) => `foreign ${id}`));
  });

  it('both count the publishing ids of one publisher name: neither stores what the other has sent', async () => {
    await foreign.createStream({ stream: 'both' });
    await foreignSend('both', 'writer', numbers(1, 5));
    const publisher = await ours.declare('both', 'writer');
    expect(publisher.lastPublishingId).toBe(5);
    publish(publisher, numbers(3, 8));
    // Dropped duplicates are confirmed as well.
    await vi.waitFor(() => expect(confirms('both')).toEqual(numbers(3, 8)), AWHILE);
    await foreignSend('both', 'writer', numbers(7, 10));
    expect(await ourRead('both', 10)).toEqual([
      ...numbers(1, 5).map((id) => `foreign ${id}`),
      ...numbers(6, 8).map((id) => `ours ${id}`),
      ...numbers(9, 10).map((id) => `foreign ${id}`),
    ]);
  });

  it('the public client finds the partitions of a super stream that this package declares, and reads all of them', async () => {
    await ensureTopology(urls.amqpUrl, 'ours');
    const partitions = partitionsOf('gavel.bids');
    expect(await foreign.queryPartitions({ superStream: 'gavel.bids' })).toEqual(partitions);
    for (const [i, partition] of partitions.entries()) {
      publish(await ours.declare(partition, 'writer'), [i + 1]);
    }
    const bodies: string[] = [];
    const consumer = await foreign.declareSuperStreamConsumer(
      { superStream: 'gavel.bids', offset: Offset.first() },
      ({ content }) => {
        bodies.push(content.toString());
      },
    );
    await vi.waitFor(
      () => expect(bodies.toSorted()).toEqual(partitions.map((_, i) => `ours ${i + 1}`)),
      AWHILE,
    );
    await consumer.close();
  });

  it('this package reads the partitions of a super stream that the public client creates', async () => {
    await foreign.createSuperStream({ streamName: 'super', arguments: {} }, undefined, 2);
    await foreignSend('super-1', 'writer', [1, 2]);
    expect(await ourRead('super-1', 2)).toEqual(['foreign 1', 'foreign 2']);
  });
});

describe('a stream connection', () => {
  const open = (change: (url: URL) => void) => {
    const url = new URL(inject('infrastructure').streamUrl);
    change(url);
    return connectPublishing({ url: url.href, name: 'refused', onConfirmed: () => undefined });
  };

  it('rejects when the broker refuses the password or the virtual host', async () => {
    const password = open((url) => {
      url.password = 'wrong';
    });
    await expect(password).rejects.toThrow('authentication failed');
    const vhost = open((url) => {
      url.pathname = '/missing';
    });
    await expect(vhost).rejects.toThrow('virtual host access failed');
  });

  it('rejects a publisher for a stream that does not exist, and ends when its stream is deleted', async () => {
    const vhost = `foreign-${randomBytes(6).toString('hex')}`;
    const urls = await createVhost(inject('infrastructure'), vhost);
    const foreign = await connectForeignClient(urls.streamUrl);
    await foreign.createStream({ stream: 'short-lived' });
    const connection = await connectPublishing({
      url: urls.streamUrl,
      name: 'ours',
      onConfirmed: () => undefined,
    });
    await expect(connection.declare('missing', 'writer')).rejects.toThrow('stream does not exist');
    await connection.declare('short-lived', 'writer');
    await foreign.deleteStream({ stream: 'short-lived' });
    expect((await connection.ended).message).toBe('stream short-lived was deleted or moved');
    await foreign.close();
    await deleteVhost(urls.managementUrl, vhost);
  });
});
