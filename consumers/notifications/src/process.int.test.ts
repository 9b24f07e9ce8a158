import { randomUUID } from 'node:crypto';
import { useConsumerProgram } from '@gavel/consumer-runtime/testing/consumer-program';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { publishToExchange } from '@gavel/consumer-runtime/testing/topic-publisher';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { event } from './testing/event-message.ts';
import { type MailServer, openMailServer } from './testing/mail-server.ts';

describe('the consumer as a process', () => {
  const urls = inject('infrastructure');
  const vhost = `test-${randomUUID()}`;
  let mailServer: MailServer;
  let amqpUrl: string;

  beforeAll(async () => {
    [mailServer, { amqpUrl }] = await Promise.all([openMailServer(), createVhost(urls, vhost)]);
  });
  afterAll(async () => {
    await mailServer?.close();
    await deleteVhost(urls.managementUrl, vhost);
  });
  // Its end is registered last and runs first: the program ends before its virtual host is deleted.
  const program = useConsumerProgram(new URL('main.ts', import.meta.url), () => ({
    AMQP_URL: amqpUrl,
    SMTP_URL: mailServer.url,
    WEB_URL: 'http://gavel.example',
  }));

  it('migrates, notifies, mails to the address of an earlier event, reports its status and finishes on SIGTERM', async () => {
    expect(await program.migrate()).toContain('notifications/0001-notifications.sql');

    const { url, child, ended } = await program.start();
    const [itemId, ann, bob] = [randomUUID(), randomUUID(), randomUUID()];
    await publishToExchange(amqpUrl, [
      event.created(itemId, 'Oak chair'),
      event.userCreated(ann, 'ann@example.com', 'Ann'),
      event.emailVerified(ann, 'ann@example.com'),
      event.bid(itemId, ann, 2),
      event.bid(itemId, bob, 3),
    ]);
    await eventually(() => expect(mailServer.messages).toHaveLength(1));
    expect(mailServer.messages[0]).toContain('ann@example.com');
    const status = await (await fetch(`${url}/status`)).json();
    expect(status).toMatchObject({ consumer: 'notifications', state: 'running', mail: { state: 'sending' } });
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
