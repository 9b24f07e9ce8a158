import type { OutgoingMail } from '@gavel/service-runtime/smtp-transport';
import type { ClaimedMail, LinkKind, NoticeKind } from './ports.ts';

type LinkMail = Extract<ClaimedMail, { token: string }>;
interface Words {
  subject: string;
  /** Paragraphs. `link` stands on a line of its own. */
  text: (link: string) => string[];
}

const linkPaths: Readonly<Record<LinkKind, string>> = {
  password_reset: '/reset-password',
  email_verification: '/verify-email',
  email_change: '/verify-email',
};

const linkWords: Readonly<Record<LinkKind, (mail: LinkMail) => Words>> = {
  password_reset: ({ verifies }) => ({
    subject: 'Choose a new password',
    text: (link) => [
      'Somebody, probably you, asked for a new password for your account at Gavel.',
      `To choose a new password, open this link within 30 minutes. It works once:\n${link}`,
      ...(verifies ? ['With it you also confirm that this address is yours.'] : []),
      'If you did not ask for this, do nothing: your password stays as it is.',
    ],
  }),
  email_verification: () => ({
    subject: 'Confirm your e-mail address',
    text: (link) => [
      'Somebody, probably you, created an account at Gavel with this address.',
      `To confirm that the address is yours, open this link within a day:\n${link}`,
      'If you did not create the account, do nothing: no other mail is sent to this address.',
    ],
  }),
  email_change: () => ({
    subject: 'Confirm your new e-mail address',
    text: (link) => [
      'Somebody, probably you, wants to use this address for their account at Gavel.',
      `To confirm that the address is yours, open this link within a day:\n${link}`,
      'If you did not ask for this, do nothing: no other mail is sent to this address.',
    ],
  }),
};

const ifNotYou = (link: string) => `If you did not do this, choose a new password at once:\n${link}`;

const noticeWords: Readonly<Record<NoticeKind, Words>> = {
  password_changed: {
    subject: 'Your password was changed',
    text: (link) => [
      'The password of your account at Gavel was changed, and your other devices were signed out.',
      ifNotYou(link),
    ],
  },
  email_changing: {
    subject: 'Somebody asks to change your e-mail address',
    text: (link) => [
      'Somebody, probably you, asked to use another e-mail address for your account at Gavel. The new address must be confirmed first.',
      `If you did not ask for this, choose a new password at once. This also stops the change:\n${link}`,
    ],
  },
  two_factor_on: {
    subject: 'Two-factor sign-in is on',
    text: (link) => [
      'Signing in to your account at Gavel now also needs a code of your authenticator app.',
      ifNotYou(link),
    ],
  },
  two_factor_off: {
    subject: 'Two-factor sign-in is off',
    text: (link) => ['Signing in to your account at Gavel needs no code any more.', ifNotYou(link)],
  },
  sign_in_locked: {
    subject: 'Wrong passwords for your account',
    text: (link) => [
      'Somebody typed so many wrong passwords for your account at Gavel that sign-ins from their address must wait. Nobody was signed in with them, and you can sign in at other addresses.',
      `If this was you, and you do not remember your password, choose a new one:\n${link}`,
      'If this was not you, and your password is short or you use it at other sites too, choose a new one as well. Turn on two-factor sign-in on the page of your account: then a password alone is not enough.',
    ],
  },
  email_changed: {
    subject: 'Your e-mail address was changed',
    text: () => [
      'Your account at Gavel has another e-mail address now. No other mail is sent to this address.',
      'If you did not do this, somebody knows your password. Please contact us.',
    ],
  },
};

/**
 * A mail of an account; the secret of its link is in no other place. It has no text that somebody typed: a stranger may have created the
 * account to let us send words of theirs.
 */
export function composeAccountMail(mail: ClaimedMail, webUrl: string): OutgoingMail {
  const { subject, text } = 'token' in mail ? linkWords[mail.kind](mail) : noticeWords[mail.kind];
  return {
    messageId: `<${mail.id}.${mail.attempts}@gavel.localhost>`,
    to: { name: '', address: mail.to },
    subject,
    text: `${text(linkOf(mail, webUrl)).join('\n\n')}\n`,
  };
}

function linkOf(mail: ClaimedMail, webUrl: string): string {
  if (!('token' in mail)) return new URL('/forgot-password', webUrl).href;
  const link = new URL(linkPaths[mail.kind], webUrl);
  link.searchParams.set('token', mail.token);
  return link.href;
}
