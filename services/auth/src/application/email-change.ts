import { invalidFields, type Outcome } from '@gavel/service-runtime/failure';
import { normaliseEmail } from '../domain/email-address.ts';
import { checkOwnPassword } from './passwords.ts';
import type { AuthPorts } from './ports.ts';
import { noMails, rateLimited, tooBusy } from './refusals.ts';

export interface RequestEmailChangeInput {
  userId: string;
  currentPassword: string;
  newEmail: string;
  /** The caller's address; undefined when it is unknown. */
  address: string | undefined;
}

/**
 * Mails a link to the address that the caller wants to have, and tells the present one about it. Nothing changes before the link is used.
 * The answer is the same for an address that another account has.
 */
export async function requestEmailChange(
  ports: Pick<AuthPorts, 'accounts' | 'accountMails' | 'passwords' | 'hashQueue' | 'limits'>,
  input: RequestEmailChangeInput,
): Promise<
  Outcome<undefined, 'INVALID_FIELD' | 'WRONG_PASSWORD' | 'RATE_LIMITED' | 'UNAVAILABLE' | 'USER_NOT_FOUND'>
> {
  const { accountMails, limits } = ports;
  if (accountMails === undefined) return noMails();
  const checked = await ports.hashQueue.run(() => checkOwnPassword(ports, input));
  if (checked === undefined) return tooBusy();
  if (!checked.ok) return checked;
  const { userId, email: present, emailVerified } = checked.value;
  const wanted = normaliseEmail(input.newEmail);
  const invalid = wanted === present && invalidFields({ new_email: 'must differ from the present address' });
  if (invalid) return invalid;
  const verdict = await limits.countMail(wanted);
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  await accountMails.queue(
    { kind: 'email_change', email: wanted, userId },
    ...(emailVerified ? [{ kind: 'email_changing', email: present, userId } as const] : []),
  );
  return { ok: true, value: undefined };
}
