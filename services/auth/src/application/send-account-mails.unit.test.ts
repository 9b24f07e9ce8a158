import type { OutgoingMail, Sending } from '@gavel/service-runtime/smtp-transport';
import { expect, it } from 'vitest';
import { composeAccountMail } from './compose-account-mail.ts';
import type { ClaimedMail } from './ports.ts';
import { sendAccountMails } from './send-account-mails.ts';

const due = (attempts: number): ClaimedMail => ({
  id: 'm1',
  kind: 'password_reset',
  attempts,
  token: 'secret_-',
  verifies: false,
  to: 'ann@example.com',
});

/** Sends one mail that is due, with a transport that answers `sending`. Returns what happened to the mail. */
async function send(sending: Sending, attempts = 1) {
  const waiting = [due(attempts)];
  const done: string[] = [];
  const sent: OutgoingMail[] = [];
  const note = (what: string) => {
    done.push(what);
    return Promise.resolve();
  };
  const accountMails = {
    queue: () => note('queue'),
    claim: () => Promise.resolve(waiting.shift()),
    remove: (id: string) => note(`remove ${id}`),
    retryIn: (id: string) => note(`retry ${id}`),
    pruneLinks: () => note('prune'),
  };
  const transport = {
    send(mail: OutgoingMail) {
      sent.push(mail);
      return Promise.resolve(sending);
    },
  };
  const options = { accountMails, transport, webUrl: 'http://127.0.0.1:3000' };
  const failed = await sendAccountMails(options, new AbortController().signal).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { done, sent, failed };
}

it('removes a mail that was accepted, and one that is refused for good', async () => {
  expect((await send({ kind: 'accepted' })).done).toEqual(['remove m1']);
  expect((await send({ kind: 'refused', error: 'EENVELOPE 550' })).done).toEqual(['remove m1']);
});

it('tries a mail again that is refused for now, up to ten times', async () => {
  const sending: Sending = { kind: 'deferred', error: 'EENVELOPE 450' };
  expect((await send(sending, 9)).done).toEqual(['retry m1']);
  expect((await send(sending, 10)).done).toEqual(['remove m1']);
});

it('stops at an unavailable server, and tries the mail again', async () => {
  const { done, failed } = await send({ kind: 'unreachable', error: 'ECONNREFUSED' });
  expect(done).toEqual(['retry m1']);
  expect(failed).toContain('ECONNREFUSED');
});

it('writes a link with the secret, and nothing that a person typed', () => {
  const mail = composeAccountMail(due(2), 'https://gavel.example');
  expect(mail).toMatchObject({
    messageId: '<m1.2@gavel.localhost>',
    to: { name: '', address: 'ann@example.com' },
  });
  expect(mail.text).toContain('https://gavel.example/reset-password?token=secret_-\n');
});

it('says when a link also confirms the address, and leads to the page of its kind', () => {
  const { id, attempts, to } = due(1);
  const link = { id, attempts, to, token: 't', verifies: true };
  const reset = composeAccountMail({ ...link, kind: 'password_reset' }, 'https://gavel.example').text;
  expect(reset).toContain('you also confirm that this address is yours');
  for (const kind of ['email_verification', 'email_change'] as const)
    expect(composeAccountMail({ ...link, kind }, 'https://gavel.example').text).toContain(
      'https://gavel.example/verify-email?token=t\n',
    );
});

it('has no secret when it only tells the owner what happened', () => {
  for (const kind of ['password_changed', 'email_changing', 'email_changed', 'sign_in_locked'] as const) {
    const mail = composeAccountMail(
      { id: 'm1', kind, attempts: 1, to: 'ann@example.com' },
      'https://g.example',
    );
    expect(mail.text).not.toContain('token');
  }
});
