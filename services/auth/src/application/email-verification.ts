import type { Outcome } from '@gavel/service-runtime/failure';
import type { AuthPorts } from './ports.ts';
import { noMails, rateLimited } from './refusals.ts';

export interface VerifyEmailInput {
  token: string;
  /** The caller's address; undefined when it is unknown. */
  address: string | undefined;
}

/** Confirms an address with the token of a mailed link. Access tokens that are issued from now on say so. */
export async function verifyEmail(
  { limits, emailVerifications }: Pick<AuthPorts, 'limits' | 'emailVerifications'>,
  { token, address }: VerifyEmailInput,
): Promise<Outcome<undefined, 'VERIFICATION_LINK_INVALID' | 'EMAIL_TAKEN' | 'RATE_LIMITED'>> {
  const verdict = await limits.countRequest('reset', address);
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  switch (await emailVerifications.use(token)) {
    case 'verified':
      return { ok: true, value: undefined };
    case 'taken':
      return { ok: false, reason: 'EMAIL_TAKEN', message: 'another account has this e-mail address now' };
    case 'unknown':
      return {
        ok: false,
        reason: 'VERIFICATION_LINK_INVALID',
        message: 'the link was used before, has expired, or does not exist; ask for a new one',
      };
  }
}

/** Mails the caller a new link to confirm their address. Does nothing when it is confirmed. */
export async function requestEmailVerification(
  { accounts, accountMails, limits }: Pick<AuthPorts, 'accounts' | 'accountMails' | 'limits'>,
  userId: string,
): Promise<Outcome<undefined, 'USER_NOT_FOUND' | 'RATE_LIMITED' | 'UNAVAILABLE'>> {
  if (accountMails === undefined) return noMails();
  const account = await accounts.findCredentialsOf(userId);
  if (account === undefined) return { ok: false, reason: 'USER_NOT_FOUND', message: 'there is no such user' };
  const { email, emailVerified } = account;
  if (emailVerified) return { ok: true, value: undefined };
  const verdict = await limits.countMail(email);
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  await accountMails.queue({ kind: 'email_verification', email, userId });
  return { ok: true, value: undefined };
}
