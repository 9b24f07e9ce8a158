import { randomBytes } from 'node:crypto';
import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { createLogger } from '@gavel/observability/logger';
import { partitionFor } from '@gavel/proto/partitioner';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { readStreamMessages } from '../testing/read-stream-messages.ts';
import type { OutboundMessage } from './event-publisher.ts';
import { createStreamPublisher, lastPublishingId } from './stream-publisher.ts';

const AWHILE = { timeout: 30_000 };
const vhost = `former-${randomBytes(6).toString('hex')}`;
let urls: InfrastructureUrls;
beforeAll(async () => {
  urls = await createVhost(inject('infrastructure'), vhost);
});
afterAll(() => deleteVhost(inject('infrastructure').managementUrl, vhost));

const EVENTS = 6_000;
const messages: OutboundMessage[] = Array.from({ length: EVENTS }, (_, i) => {
  const key = `item-${i % 17}`;
  return {
    position: i + 1,
    eventId: String(i + 1),
    partition: partitionFor('gavel.bids', key),
    subject: `gavel.bids.bid_placed.${key}`,
    type: 'bids.v1.BidPlaced',
    time: new Date(),
    headers: { 'test-id': String(i + 1) },
    body: Buffer.from('x'),
  };
});

describe('a relay that lost its lock and has not noticed it', () => {
  it('sends the same events at the same time as its successor, and each is in the stream once and in order', async () => {
    const confirmed = [new Set<number>(), new Set<number>()];
    const [former, successor] = confirmed.map((own) =>
      createStreamPublisher({
        ...urls,
        stream: 'gavel.bids',
        publisherName: 'relay',
        log: createLogger('test'),
        onConfirmed: (position) => own.add(position),
        onRefused: (position) => expect.unreachable(`${position} refused`),
        onFailure: (error) => expect.unreachable(error.message),
      }),
    );
    if (!former || !successor) throw new Error('two publishers');
    await vi.waitFor(() => {
      expect(former.status.connected).toBe(true);
      expect(successor.status.connected).toBe(true);
    }, AWHILE);
    // The former relay is ahead. Its successor starts after the positions that are marked as published, and both send in turn.
    for (let at = 0; at < EVENTS; at += 500) {
      former.publish(messages.slice(at, at + 500));
      successor.publish(messages.slice(Math.max(0, at - 250), at + 250));
      await new Promise((resolve) => setImmediate(resolve));
    }
    successor.publish(messages.slice(EVENTS - 250));
    await vi.waitFor(() => {
      expect(confirmed[0]?.size).toBe(EVENTS);
      expect(confirmed[1]?.size).toBe(EVENTS);
    }, AWHILE);
    await Promise.all([former.close(), successor.close()]);

    const stored = await readStreamMessages(urls.amqpUrl, 'gavel.bids');
    expect(stored).toHaveLength(EVENTS);
    for (const partition of new Set(stored.map((each) => each.partition))) {
      const ids = stored
        .filter((each) => each.partition === partition)
        .map((each) => Number(each.headers['test-id']));
      expect(ids).toEqual(
        messages.filter((each) => each.partition === partition).map((each) => each.position),
      );
    }
    expect(await lastPublishingId({ ...urls, stream: 'gavel.bids', publisherName: 'relay' })).toBe(EVENTS);
    expect(await lastPublishingId({ ...urls, stream: 'gavel.bids', publisherName: 'somebody else' })).toBe(0);
  });
});
