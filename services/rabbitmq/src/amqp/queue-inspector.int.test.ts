import { randomUUID } from 'node:crypto';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { UNROUTED_ARGUMENTS, UNROUTED_QUEUE } from '@gavel/proto/topology';
import amqp, { type ChannelModel } from 'amqplib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { inspectQueues, type QueueInspector } from './queue-inspector.ts';

describe('a look into queues', () => {
  const vhost = `queues-${randomUUID()}`;
  let client: ChannelModel;
  let queues: QueueInspector;

  beforeAll(async () => {
    const { amqpUrl } = await createVhost(inject('infrastructure'), vhost);
    client = await amqp.connect(amqpUrl);
    queues = await inspectQueues(amqpUrl, 'test');
  });
  afterAll(async () => {
    await queues?.close();
    await client?.close();
    await deleteVhost(inject('infrastructure').managementUrl, vhost);
  });

  it('counts messages, shows the oldest with headers without taking them, and removes them', async () => {
    expect(await queues.count(UNROUTED_QUEUE)).toBeUndefined();
    const channel = await client.createConfirmChannel();
    await channel.assertQueue(UNROUTED_QUEUE, { durable: true, arguments: UNROUTED_ARGUMENTS });
    expect(await queues.count(UNROUTED_QUEUE)).toBe(0);
    for (const n of [1, 2, 3])
      channel.sendToQueue(UNROUTED_QUEUE, Buffer.from(`body ${n}`), { headers: { n, 'x-own': `${n}` } });
    await channel.waitForConfirms();
    expect(await queues.count(UNROUTED_QUEUE)).toBe(3);
    for (let again = 0; again < 30; again += 1) {
      const seen = await queues.peek(UNROUTED_QUEUE, 2);
      expect(seen).toMatchObject([
        {
          exchange: '',
          routingKey: UNROUTED_QUEUE,
          headers: { n: 1, 'x-own': '1' },
          body: Buffer.from('body 1'),
        },
        { headers: { n: 2 } },
      ]);
    }
    expect(await queues.peek(UNROUTED_QUEUE, 10)).toHaveLength(3);
    expect(await queues.empty(UNROUTED_QUEUE)).toBe(3);
    expect(await queues.count(UNROUTED_QUEUE)).toBe(0);
    expect(await queues.peek(UNROUTED_QUEUE, 10)).toEqual([]);
  });
});
