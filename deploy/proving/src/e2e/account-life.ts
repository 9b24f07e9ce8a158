import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMailCatcher } from '@gavel/dev/mail-catcher';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** A mail server of its own, with every mail that auth sends. */
export interface Mailbox {
  readonly smtpUrl: string;
  /** Subjects of the mails to an address. */
  subjectsTo(email: string): Promise<string[]>;
  /** The link of the one mail to an address; waits for the mail. */
  linkTo(email: string): Promise<string>;
  close(): Promise<void>;
}

export async function openMailbox(): Promise<Mailbox> {
  const directory = await mkdtemp(join(tmpdir(), 'e2e-mails-'));
  const catcher = await openMailCatcher({ port: 0, smtpPort: 0, directory });
  const mailsTo = async (email: string) =>
    (await catcher.mails.list()).filter(({ content }) => content.to?.[0]?.address === email);
  return {
    smtpUrl: catcher.smtpUrl,
    subjectsTo: async (email) => (await mailsTo(email)).map(({ content }) => content.subject ?? ''),
    async linkTo(email) {
      await expect.poll(async () => (await mailsTo(email)).length).toBe(1);
      return /http\S+token=\S+/.exec((await mailsTo(email))[0]?.content.text ?? '')?.[0] ?? '';
    },
    async close() {
      await catcher.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Turns on the second factor on the account page. Returns one of the recovery codes. */
export async function turnOnSecondFactor(page: Page, password: string): Promise<string> {
  const form = page.getByRole('form', { name: 'Two-factor sign-in' });
  await form.getByLabel('Your password').fill(password);
  await form.getByRole('button', { name: 'Turn on two-factor sign-in' }).click();
  const secret = Secret.fromBase32(String(await form.getByTestId('totp-secret').textContent()));
  await form.getByRole('textbox', { name: 'Code' }).fill(new TOTP({ secret }).generate());
  await form.getByRole('button', { name: 'Confirm code' }).click();
  const codes = form.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
  await expect.poll(() => codes.count()).toBe(10);
  const code = String(await codes.first().textContent());
  await form.getByRole('button', { name: 'I have stored the codes' }).click();
  return code;
}
