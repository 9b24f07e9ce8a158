import { randomUUID } from 'node:crypto';
import { bidMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { EVENTS_EXCHANGE, UNROUTED_QUEUE } from '@gavel/proto/topology';
import { connectAmqp } from '@gavel/rabbitmq/amqp-connection';
import { ensureTopology } from '@gavel/rabbitmq/topology';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { define as empty } from '../commands/queues/empty.ts';
import { define as list } from '../commands/queues/ls.ts';
import { define as peek } from '../commands/queues/peek.ts';
import { runVerb } from '../testing/run-verb.ts';

const PARKED = 'gavel.notifications.parked';

describe('gavel queues', () => {
  const vhost = `cli-queues-${randomUUID()}`;
  let amqpUrl: string;
  const bid = bidMessage({ itemId: randomUUID(), userId: randomUUID() }, 1);

  beforeAll(async () => {
    amqpUrl = (await createVhost(inject('infrastructure'), vhost)).amqpUrl;
    await ensureTopology(amqpUrl, 'test');
    const connection = await connectAmqp({ url: amqpUrl, name: 'test' });
    const { channel } = connection;
    await channel.assertQueue(PARKED, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    channel.publish(EVENTS_EXCHANGE, bid.envelope.subject, bid.body, {
      headers: { ...bid.properties, count: 7 },
    });
    channel.publish(EVENTS_EXCHANGE, 'gavel.nonsense', Buffer.from('x'));
    channel.sendToQueue(PARKED, Buffer.from('y'), { persistent: true });
    await channel.waitForConfirms();
    await connection.close();
  });
  afterAll(() => deleteVhost(inject('infrastructure').managementUrl, vhost));

  const run = async (define: Parameters<typeof runVerb>[0], ...args: string[]) => {
    const { code, stdout, stderr } = await runVerb(define, { 'amqp-url': amqpUrl }, ...args);
    return { code, stdout, stderr };
  };
  const messages = async () => {
    const counted = JSON.parse((await run(list)).stdout) as { queue: string; messages: number | null }[];
    return Object.fromEntries(counted.map(({ queue, messages }) => [queue, messages]));
  };

  it('show how many messages are in the queues that nobody consumes, with headers and bodies, and empty them', async () => {
    expect(await messages()).toEqual({ [UNROUTED_QUEUE]: 2, [PARKED]: 1 });

    const shown = await run(peek, UNROUTED_QUEUE);
    const [event, other, ...rest] = shown.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect({ code: shown.code, rest }).toEqual({ code: 0, rest: [] });
    expect(event).toMatchObject({
      exchange: EVENTS_EXCHANGE,
      routingKey: bid.envelope.subject,
      headers: { ...bid.properties, count: 7 },
      envelope: { id: bid.envelope.id },
    });
    expect(event.body).toMatchObject({ amount: '100' });
    expect(other).toMatchObject({
      routingKey: 'gavel.nonsense',
      envelope: null,
      problem: expect.any(String),
    });
    const refused = await run(peek, PARKED);
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.stderr).error.wayOut).toContain('gavel dead-letters ls --group notifications');

    const plan = await run(empty, UNROUTED_QUEUE);
    expect(JSON.parse(plan.stdout)).toEqual({ executed: false, queue: UNROUTED_QUEUE, messages: 2 });
    expect(await messages()).toEqual({ [UNROUTED_QUEUE]: 2, [PARKED]: 1 });
    const done = await run(empty, UNROUTED_QUEUE, '--execute');
    expect(JSON.parse(done.stdout)).toEqual({ executed: true, queue: UNROUTED_QUEUE, removed: 2 });
    expect(await messages()).toEqual({ [UNROUTED_QUEUE]: 0, [PARKED]: 1 });
    expect(JSON.parse((await run(empty, PARKED, '--yes')).stdout)).toMatchObject({ removed: 1 });
  });

  it('exit with 4 for queues whose events will be handled, and for a queue that the broker does not have', async () => {
    expect((await run(empty, 'gavel.notifications', '--execute')).code).toBe(4);
    const elsewhere = `cli-queues-${randomUUID()}`;
    const other = await createVhost(inject('infrastructure'), elsewhere);
    const missing = await runVerb(empty, { 'amqp-url': other.amqpUrl }, UNROUTED_QUEUE, '--execute');
    await deleteVhost(inject('infrastructure').managementUrl, elsewhere);
    expect(missing).toMatchObject({ code: 4, stderr: expect.stringContaining('the broker has no queue') });
  });
});
