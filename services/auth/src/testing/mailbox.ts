import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMailCatcher } from '@gavel/dev/mail-catcher';
import { expect } from 'vitest';

/** The web app that links in mails lead to. */
export const WEB = 'http://web.localhost:3000';

/** A mail server of its own, with every mail that the service sends. */
export interface Mailbox {
  /** For the service's environment. */
  readonly env: { SMTP_URL: string; WEB_URL: string };
  /** Subjects of the mails to an address, the newest first. */
  subjectsTo(email: string): Promise<string[]>;
  /** The token of the newest link to a page of the web app, mailed to an address. Waits until there are `count`. */
  tokenTo(email: string, page: string, count?: number): Promise<string>;
  close(): Promise<void>;
}

export async function openMailbox(): Promise<Mailbox> {
  const directory = await mkdtemp(join(tmpdir(), 'auth-mails-'));
  const catcher = await openMailCatcher({ port: 0, smtpPort: 0, directory });
  const mailsTo = async (email: string) =>
    (await catcher.mails.list()).filter(({ content }) => content.to?.[0]?.address === email);
  const tokensTo = async (email: string, page: string) => {
    const texts = (await mailsTo(email)).map(({ content }) => content.text ?? '');
    const links = texts.flatMap((text) => /http\S+token=\S+/.exec(text)?.[0] ?? []);
    return links.flatMap((link) =>
      link.startsWith(`${WEB}${page}?`) ? [new URL(link).searchParams.get('token') ?? ''] : [],
    );
  };
  return {
    env: { SMTP_URL: catcher.smtpUrl, WEB_URL: WEB },
    subjectsTo: async (email) => (await mailsTo(email)).map(({ content }) => content.subject ?? ''),
    async tokenTo(email, page, count = 1) {
      await expect.poll(async () => (await tokensTo(email, page)).length).toBe(count);
      return String((await tokensTo(email, page))[0]);
    },
    async close() {
      await catcher.close();
      await rm(directory, { recursive: true });
    },
  };
}
