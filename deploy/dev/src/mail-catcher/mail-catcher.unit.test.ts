import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSmtpTransport } from '@gavel/service-runtime/smtp-transport';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MailCatcher, openMailCatcher } from './open-mail-catcher.ts';

let directory: string;
let catcher: MailCatcher;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mails-'));
  catcher = await openMailCatcher({ port: 0, smtpPort: 0, directory });
});
afterAll(async () => {
  await catcher.close();
  await rm(directory, { recursive: true });
});

async function send(to: string, subject: string, text: string): Promise<void> {
  const transport = createSmtpTransport(catcher.smtpUrl, 'Gavel <no-reply@gavel.localhost>');
  const mail = { messageId: `<${subject.length}@test>`, to: { name: '', address: to }, subject, text };
  expect(await transport.send({ ...mail, html: '<p>As <b>HTML</b></p>' })).toEqual({ kind: 'accepted' });
  transport.close();
}

async function page(path: string): Promise<{ status: number; html: string }> {
  const response = await fetch(`${catcher.url}${path}`);
  return { status: response.status, html: await response.text() };
}

it('shows each mail with its links, the newest first, also after a restart, and runs nothing of it', async () => {
  expect((await page('/')).html).toContain('No mails yet');
  await send('ann@example.com', 'First <script>', 'Open http://127.0.0.1:3000/reset?token=a-b_c&x=1 now.');
  await send('bob@example.com', 'Second', 'Hello.');
  const { html } = await page('/');
  expect(html.indexOf('Second')).toBeLessThan(html.indexOf('First &lt;script&gt;'));
  expect(html).not.toContain('<script>');
  expect(html).toContain('ann@example.com');

  await catcher.close();
  catcher = await openMailCatcher({ port: 0, smtpPort: 0, directory });
  const [, first] = await catcher.mails.list();
  const mail = await page(`/mails/${first?.id}`);
  const link = 'http://127.0.0.1:3000/reset?token=a-b_c&amp;x=1';
  expect(mail.html).toContain(`<a href="${link}">${link}</a>`);
  expect(mail.html).toContain('srcdoc="&lt;p&gt;As');
});

it('has no page for a mail that does not exist, and is ready', async () => {
  expect((await page('/mails/..%2f..')).status).toBe(404);
  expect((await page('/mails/018f0000-0000-7000-8000-000000000000')).status).toBe(404);
  expect((await page('/readyz')).status).toBe(200);
});
