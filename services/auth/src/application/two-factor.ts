import type { Failure, Outcome } from '@gavel/service-runtime/failure';
import { checkOwnPassword, type OwnPassword } from './passwords.ts';
import type { Attempt, AuthPorts, Credentials, TwoFactorSetup } from './ports.ts';
import { signInLocked, tooBusy } from './refusals.ts';

type Ports = Pick<
  AuthPorts,
  'accounts' | 'accountMails' | 'passwords' | 'hashQueue' | 'limits' | 'twoFactor'
>;
type OwnReason = 'WRONG_PASSWORD' | 'RATE_LIMITED' | 'UNAVAILABLE' | 'USER_NOT_FOUND';
type CodeReason = 'WRONG_CODE' | 'RATE_LIMITED' | 'TWO_FACTOR_NOT_STARTED' | 'USER_NOT_FOUND';

/** Makes a secret for the caller's authenticator app. Sign-ins do not need it before `enableTwoFactor`. */
export async function startTwoFactor(
  ports: Ports,
  input: OwnPassword,
): Promise<Outcome<TwoFactorSetup, OwnReason | 'TWO_FACTOR_ENABLED'>> {
  const checked = await ports.hashQueue.run(() => checkOwnPassword(ports, input));
  if (checked === undefined) return tooBusy();
  if (!checked.ok) return checked;
  const setup = await ports.twoFactor.start(checked.value);
  if (setup !== undefined) return { ok: true, value: setup };
  return { ok: false, reason: 'TWO_FACTOR_ENABLED', message: 'two-factor sign-in is on; turn it off first' };
}

/** From now on sign-ins need a code. The caller shows with one that their app has the secret. */
export async function enableTwoFactor(
  { accounts, limits, twoFactor }: Ports,
  { userId, code }: { userId: string; code: string },
): Promise<Outcome<{ recoveryCodes: string[] }, CodeReason>> {
  const account = await accounts.findCredentialsOf(userId);
  if (account === undefined) return { ok: false, reason: 'USER_NOT_FOUND', message: 'there is no such user' };
  const result = await countingCodes(limits, account, async () => {
    const codes = await twoFactor.enable(account, code);
    return codes === 'wrong' ? undefined : codes;
  });
  if (!result.ok) return result;
  return result.value === 'not-started' ? notStarted() : { ok: true, value: { recoveryCodes: result.value } };
}

/** Sign-ins need no code any more. Asks for the password and a code. */
export async function disableTwoFactor(
  ports: Ports,
  { code, ...own }: OwnPassword & { code: string },
): Promise<Outcome<undefined, OwnReason | CodeReason>> {
  const checked = await ports.hashQueue.run(() => checkOwnPassword(ports, own));
  if (checked === undefined) return tooBusy();
  if (!checked.ok) return checked;
  const result = await countingCodes(ports.limits, checked.value, async () => {
    const answer = await ports.twoFactor.disable(checked.value, code);
    return answer === 'wrong' ? undefined : answer;
  });
  if (!result.ok) return result;
  return result.value === 'not-started' ? notStarted() : { ok: true, value: undefined };
}

/**
 * Runs a check of a code, which returns undefined for a wrong one. Wrong codes are counted like passwords, but for the account and not
 * for each client address: only a person who knows the password can try codes.
 */
export async function countingCodes<T>(
  limits: AuthPorts['limits'],
  { email }: Credentials,
  check: () => Promise<T | undefined>,
): Promise<Outcome<T, 'WRONG_CODE' | 'RATE_LIMITED'>> {
  const attempt: Attempt = { email, address: 'second factor' };
  const verdict = await limits.mayTry(attempt);
  if (!verdict.allowed) return signInLocked(verdict.retryAfterSeconds);
  const value = await check();
  if (value !== undefined) {
    await limits.forgetFailures(attempt);
    return { ok: true, value };
  }
  await limits.noteFailure(attempt);
  return { ok: false, reason: 'WRONG_CODE', message: 'the code is wrong, or was used before' };
}

function notStarted(): Failure<'TWO_FACTOR_NOT_STARTED'> {
  return {
    ok: false,
    reason: 'TWO_FACTOR_NOT_STARTED',
    message: 'two-factor sign-in is not on, or not started',
  };
}
