import { passwordProblem } from '@gavel/proto/password-problems';
import { type Failure, invalidFields, type Outcome } from '@gavel/service-runtime/failure';
import { findPasswordProblem, type PasswordOwner } from '../domain/password-rules.ts';
import type { AccountMails, Attempt, AuthPorts, Credentials } from './ports.ts';
import { signInLocked, tooBusy } from './refusals.ts';

export interface ChangePasswordInput {
  caller: { userId: string; sessionId?: string };
  currentPassword: string;
  newPassword: string;
  /** The caller's address; undefined when it is unknown. */
  address: string | undefined;
}

type ChangePorts = Pick<AuthPorts, 'accounts' | 'accountMails' | 'passwords' | 'hashQueue' | 'limits'>;
type ChangeReason = 'INVALID_FIELD' | 'WRONG_PASSWORD' | 'RATE_LIMITED' | 'UNAVAILABLE' | 'USER_NOT_FOUND';

/**
 * Changes the caller's password and ends all their other sessions. A wrong current password counts like one at the sign-in. A
 * token without a session keeps no session.
 */
export async function changePassword(
  ports: ChangePorts,
  input: ChangePasswordInput,
): Promise<Outcome<undefined, ChangeReason>> {
  const changed = await ports.hashQueue.run(() => checkAndChange(ports, input));
  return changed ?? tooBusy();
}

async function checkAndChange(
  ports: ChangePorts,
  { caller, currentPassword, newPassword, address }: ChangePasswordInput,
): Promise<Outcome<undefined, ChangeReason>> {
  const { accounts, passwords, limits } = ports;
  const checked = await checkOwnPassword(ports, { userId: caller.userId, currentPassword, address });
  if (!checked.ok) return checked;
  const account = checked.value;
  const refused = refusedPassword(newPassword, account, passwords);
  if (refused) return refused;
  const passwordHash = await passwords.hash(newPassword);
  if (!(await accounts.changePassword(account, passwordHash, caller.sessionId))) return wrongPassword();
  await limits.forgetFailures({ email: account.email, address });
  return { ok: true, value: undefined };
}

export interface OwnPassword {
  userId: string;
  currentPassword: string;
  /** The caller's address; undefined when it is unknown. */
  address: string | undefined;
}

/** The account of a signed-in person who types their password again. A wrong one counts like one at the sign-in. Run it in the hash queue. */
export async function checkOwnPassword(
  ports: Pick<AuthPorts, 'accounts' | 'accountMails' | 'passwords' | 'limits'>,
  { userId, currentPassword, address }: OwnPassword,
): Promise<Outcome<Credentials, 'WRONG_PASSWORD' | 'RATE_LIMITED' | 'USER_NOT_FOUND'>> {
  const { accounts, passwords, limits } = ports;
  const account = await accounts.findCredentialsOf(userId);
  if (account === undefined) return { ok: false, reason: 'USER_NOT_FOUND', message: 'there is no such user' };
  const attempt = { email: account.email, address };
  const verdict = await limits.mayTry(attempt);
  if (!verdict.allowed) return signInLocked(verdict.retryAfterSeconds);
  if (await passwords.verify(account.passwordHash, currentPassword)) return { ok: true, value: account };
  await noteWrongPassword(ports, attempt);
  return wrongPassword();
}

/** What a wrong password is counted with. */
export interface WrongPasswordPorts {
  limits: Pick<AuthPorts['limits'], 'noteFailure' | 'mayTellOfLock'>;
  accountMails: Pick<AccountMails, 'queue'> | undefined;
}

/**
 * Counts a wrong password. The first one of a day that locks an e-mail address also asks for a mail that tells the owner. Does the same
 * work for an address without an account: the sender of the mails knows to whom none is sent.
 */
export async function noteWrongPassword(
  { limits, accountMails }: WrongPasswordPorts,
  attempt: Attempt,
): Promise<void> {
  const locks = await limits.noteFailure(attempt);
  if (locks && accountMails !== undefined && (await limits.mayTellOfLock(attempt.email)))
    await accountMails.queue({ kind: 'sign_in_locked', email: attempt.email });
}

/** The failure for a new password that the rules refuse, in the field `new_password`; undefined when it may be used. */
export function refusedPassword(
  password: string,
  owner: PasswordOwner,
  { isCommon }: Pick<AuthPorts['passwords'], 'isCommon'>,
): Failure<'INVALID_FIELD'> | undefined {
  const problem = findPasswordProblem(password, owner, isCommon);
  return problem && invalidFields({ new_password: passwordProblem[problem] });
}

function wrongPassword(): Failure<'WRONG_PASSWORD'> {
  return { ok: false, reason: 'WRONG_PASSWORD', message: 'the current password is wrong' };
}
