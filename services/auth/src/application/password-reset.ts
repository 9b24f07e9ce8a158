import type { Failure, Outcome } from '@gavel/service-runtime/failure';
import { normaliseEmail } from '../domain/email-address.ts';
import { refusedPassword } from './passwords.ts';
import type { AuthPorts } from './ports.ts';
import { noMails, rateLimited, tooBusy } from './refusals.ts';

export interface RequestResetInput {
  email: string;
  /** The caller's address; undefined when it is unknown. */
  address: string | undefined;
}

/**
 * Queues a mail with a link to choose a new password. The answer, and the work until the answer, are the same whether the address
 * has an account. Requests for an address whose mail is not sent yet are one mail.
 */
export async function requestPasswordReset(
  { limits, accountMails }: Pick<AuthPorts, 'limits' | 'accountMails'>,
  input: RequestResetInput,
): Promise<Outcome<undefined, 'RATE_LIMITED' | 'UNAVAILABLE'>> {
  if (accountMails === undefined) return noMails();
  const verdict = await limits.countRequest('reset', input.address);
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  const email = normaliseEmail(input.email);
  const mails = await limits.countMail(email);
  if (!mails.allowed) return rateLimited(mails.retryAfterSeconds);
  await accountMails.queue({ kind: 'password_reset', email });
  return { ok: true, value: undefined };
}

export interface ResetPasswordInput {
  token: string;
  newPassword: string;
  /** The caller's address; undefined when it is unknown. */
  address: string | undefined;
}

/** Sets a new password with the token of a mailed link, once, and ends all sessions of the account. */
export async function resetPassword(
  ports: Pick<AuthPorts, 'limits' | 'passwordResets' | 'passwords' | 'hashQueue'>,
  { token, newPassword, address }: ResetPasswordInput,
): Promise<Outcome<undefined, 'INVALID_FIELD' | 'RESET_LINK_INVALID' | 'RATE_LIMITED' | 'UNAVAILABLE'>> {
  const verdict = await ports.limits.countRequest('reset', address);
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  // Looked up before the password is hashed, because a hash needs a core and 19 MiB.
  const holder = await ports.passwordResets.findOwner(token);
  if (holder === undefined) return invalidLink();
  const refused = refusedPassword(newPassword, holder, ports.passwords);
  if (refused) return refused;
  const passwordHash = await ports.hashQueue.run(() => ports.passwords.hash(newPassword));
  if (passwordHash === undefined) return tooBusy();
  const owner = await ports.passwordResets.use(token, passwordHash);
  if (owner === undefined) return invalidLink();
  await ports.limits.forgetFailures({ email: owner.email, address });
  return { ok: true, value: undefined };
}

function invalidLink(): Failure<'RESET_LINK_INVALID'> {
  return {
    ok: false,
    reason: 'RESET_LINK_INVALID',
    message: 'the link was used before, has expired, or does not exist; ask for a new one',
  };
}
