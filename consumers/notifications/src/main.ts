import { type RunningQueueConsumer, startQueueConsumer } from '@gavel/consumer-runtime/start-queue-consumer';
import { createLogger } from '@gavel/observability/logger';
import { createPool, type Pool } from '@gavel/postgres/pool';
import { createHealth } from '@gavel/service-runtime/health';
import { sendJson, startHttpServer } from '@gavel/service-runtime/http-server';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/process';
import { forgetOld } from './adapters/postgres/forget-old.ts';
import { createMailOutbox } from './adapters/postgres/mail-outbox.ts';
import { createSmtpTransport } from './adapters/smtp/smtp-transport.ts';
import { MailSender } from './application/mail-sender.ts';
import { type NotificationsConfig, readNotificationsConfig } from './config.ts';
import { notificationsConsumer } from './consumer.ts';
import { mailPolicy } from './domain/next-attempt.ts';

const log = createLogger('notifications');
const MAIL_POLL_MS = 1_000;
const TIDY_MS = 3_600_000;

/** Wires and starts the consumer; returns the base URL of its health answers. */
export async function startNotifications(
  config: NotificationsConfig,
  scope: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: 'consumer-notifications',
    max: config.DATABASE_POOL,
  });
  scope.onStop('database', () => pool.end());

  const sender = startMail(config, pool);
  if (sender !== undefined) scope.onStop('mail', () => sender.stop());

  const consumer: RunningQueueConsumer = startQueueConsumer({
    definition: notificationsConsumer({ mail: sender !== undefined }),
    pool,
    amqpUrl: config.AMQP_URL,
  });
  scope.onStop('consumer', () => consumer.stop());

  const tidying = setInterval(() => {
    forgetOld(pool).catch((error: unknown) => log.warn({ err: error }, 'not tidied; tried again in an hour'));
  }, TIDY_MS);
  scope.onStop('tidying', async () => clearInterval(tidying));

  const health = createHealth();
  health.check('database', () => pool.query('SELECT 1').then(() => undefined));
  // A mail server that is away is no reason to restart: what is to be mailed waits, and /status says so.
  health.check('consumer', () => consumer.check());
  const status = () => ({ ...consumer.status(), mail: sender?.status() ?? { state: 'off' } });
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    handlers: { '/status': (_, response) => sendJson(response, 200, status()) },
  });
  scope.onStop('http', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

function startMail(config: NotificationsConfig, pool: Pool): MailSender | undefined {
  if (config.SMTP_URL === undefined) return undefined;
  return new MailSender({
    outbox: createMailOutbox(pool),
    transport: createSmtpTransport(config.SMTP_URL, config.SMTP_FROM),
    webUrl: config.WEB_URL,
    pollMs: MAIL_POLL_MS,
    policy: mailPolicy,
  });
}

if (import.meta.main) {
  runProcess('consumer-notifications', async (scope) => {
    await startNotifications(readNotificationsConfig(), scope);
  });
}
