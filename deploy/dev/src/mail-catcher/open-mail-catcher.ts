import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createHealth } from '@gavel/service-runtime/health';
import { startHttpServer } from '@gavel/service-runtime/http-server';
import { type MailDirectory, openMailDirectory } from './mail-directory.ts';
import { mailPages } from './mail-pages.ts';
import { createSmtpListener } from './smtp-listener.ts';

export interface MailCatcherOptions {
  /** The page's port; 0 selects a free one. */
  readonly port: number;
  /** The port that receives mails; 0 selects a free one. */
  readonly smtpPort: number;
  /** Where mails are stored. */
  readonly directory: string;
}

/** A mail server that accepts every mail, delivers none, and shows them all on its page. */
export interface MailCatcher {
  readonly url: string;
  readonly smtpUrl: string;
  readonly mails: MailDirectory;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Listens on loopback only. */
export async function openMailCatcher(options: MailCatcherOptions): Promise<MailCatcher> {
  const mails = await openMailDirectory(options.directory);
  const smtp = createSmtpListener((message) => mails.add(message));
  smtp.listen(options.smtpPort, HOST);
  await once(smtp.server, 'listening');
  const smtpPort = (smtp.server.address() as AddressInfo).port;
  const handlers = mailPages(mails);
  const page = await startHttpServer({ host: HOST, port: options.port, health: createHealth(), handlers });
  return {
    url: `http://${HOST}:${page.port}`,
    smtpUrl: `smtp://${HOST}:${smtpPort}`,
    mails,
    async close() {
      await page.close();
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
}
