import { defineConsumerProgram, runConsumer } from '@gavel/consumer-runtime/run-consumer';
import { startQueueConsumer } from '@gavel/consumer-runtime/start-queue-consumer';
import type { Pool } from '@gavel/postgres/pool';
import { startLoop } from '@gavel/resilience';
import { createSmtpTransport } from '@gavel/service-runtime/smtp-transport';
import { forgetOld } from './adapters/postgres/forget-old.ts';
import { createMailOutbox } from './adapters/postgres/mail-outbox.ts';
import { mailPolicy } from './application/next-attempt.ts';
import { type NotificationsConfig, readNotificationsConfig } from './config.ts';
import { notificationsConsumer } from './consumer.ts';
import { type MailSender, startMailSender } from './mail-sender.ts';
import { notificationsProcess } from './process.ts';

const MAIL_POLL_MS = 1_000;
const FORGET_EVERY_MS = 3_600_000;

export const notifications = defineConsumerProgram({
  process: notificationsProcess,
  readConfig: readNotificationsConfig,
  start({ config, pool, onStop }) {
    const forgetting = startLoop('forget-old-notifications', async () => {
      await forgetOld(pool);
      return FORGET_EVERY_MS;
    });
    onStop('deletion of old notifications', () => forgetting.stop());
    const sender = startMail(config, pool);
    if (sender !== undefined) onStop('mail', () => sender.stop());

    const consumer = startQueueConsumer({
      definition: notificationsConsumer({ mail: sender !== undefined }),
      pool,
      amqpUrl: config.AMQP_URL,
    });
    return {
      ...consumer,
      // While the mail server is unavailable, mails wait: /status shows this, and this process stays ready.
      status: () => ({ ...consumer.status(), mail: sender?.status() ?? { state: 'off' } }),
    };
  },
});

function startMail(config: NotificationsConfig, pool: Pool): MailSender | undefined {
  if (config.SMTP_URL === undefined) return undefined;
  return startMailSender({
    outbox: createMailOutbox(pool),
    transport: createSmtpTransport(config.SMTP_URL, config.SMTP_FROM),
    webUrl: config.WEB_URL,
    pollMs: MAIL_POLL_MS,
    policy: mailPolicy,
  });
}

if (import.meta.main) runConsumer(notifications);
