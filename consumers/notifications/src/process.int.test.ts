import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { publishToExchange } from '@gavel/consumer-runtime/testing/topic-publisher';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { event } from './testing/event-message.ts';
import { type MailServer, openMailServer } from './testing/mail-server.ts';

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe('the consumer as a process', () => {
  const urls = inject('infrastructure');
  const vhost = `test-${randomUUID()}`;
  let database: TestDatabase;
  let mailServer: MailServer;
  let amqpUrl: string;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    [database, mailServer, { amqpUrl }] = await Promise.all([
      createTestDatabase([]),
      openMailServer(),
      createVhost(urls, vhost),
    ]);
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await mailServer?.close();
    await database?.drop();
    await deleteVhost(urls.managementUrl, vhost);
  });

  it('migrates, notifies, mails to the address of an earlier event, reports its status and finishes on SIGTERM', async () => {
    const port = await freePort();
    const env = {
      ...process.env,
      PORT: String(port),
      DATABASE_URL: database.url,
      AMQP_URL: amqpUrl,
      SMTP_URL: mailServer.url,
      WEB_URL: 'http://gavel.example',
    };
    const migrated = await promisify(execFile)(process.execPath, [program('main.ts'), 'migrate'], { env });
    expect(migrated.stdout).toContain('notifications/0001-notifications.sql');

    child = spawn(process.execPath, [program('main.ts')], { env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    const base = `http://127.0.0.1:${port}`;
    await eventually(async () => expect((await fetch(`${base}/readyz`)).status).toBe(200));
    const [itemId, ann, bob] = [randomUUID(), randomUUID(), randomUUID()];
    await publishToExchange(amqpUrl, [
      event.created(itemId, 'Oak chair'),
      event.userCreated(ann, 'ann@example.com', 'Ann'),
      event.bid(itemId, ann, 2),
      event.bid(itemId, bob, 3),
    ]);
    await eventually(() => expect(mailServer.messages).toHaveLength(1));
    expect(mailServer.messages[0]).toContain('ann@example.com');
    const status = await (await fetch(`${base}/status`)).json();
    expect(status).toMatchObject({ consumer: 'notifications', state: 'running', mail: { state: 'sending' } });
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
