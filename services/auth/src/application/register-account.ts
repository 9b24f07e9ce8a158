import type { Outcome } from '@gavel/service-runtime/failure';
import { v7 as uuidv7 } from 'uuid';
import { normaliseEmail } from '../domain/email-address.ts';
import { type PersonDetails, tidyDetails } from '../domain/person-details.ts';
import type { AccountStore, AttemptLimits, HashTurns, Passwords } from './ports.ts';
import { rateLimited, tooBusy } from './refusals.ts';

export interface RegisterAccountCommand extends PersonDetails {
  email: string;
  password: string;
  /** The caller's address, where it is known. */
  address: string | undefined;
}

type Reasons = 'EMAIL_TAKEN' | 'INVALID_FIELD' | 'RATE_LIMITED' | 'UNAVAILABLE';
type Ports = { accounts: AccountStore; passwords: Passwords; turns: HashTurns; limits: AttemptLimits };
export type RegisterAccount = (
  command: RegisterAccountCommand,
) => Promise<Outcome<{ userId: string }, Reasons>>;

/** Makes an account. Whoever loses a race of two sign-ups with one e-mail address gets EMAIL_TAKEN. */
export function createRegisterAccount(ports: Ports): RegisterAccount {
  return async (command) => {
    const verdict = await ports.limits.countRequest('register', command.address);
    if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
    const details = tidyDetails(command);
    if (details.fullName === '') {
      const metadata = { full_name: 'must have a visible character' };
      return { ok: false, reason: 'INVALID_FIELD', message: `full_name: ${metadata.full_name}`, metadata };
    }
    const passwordHash = await ports.turns.take(() => ports.passwords.hash(command.password));
    if (passwordHash === undefined) return tooBusy();
    const account = { id: uuidv7(), email: normaliseEmail(command.email), passwordHash, ...details };
    if (!(await ports.accounts.create(account))) {
      return { ok: false, reason: 'EMAIL_TAKEN', message: 'this e-mail address has an account already' };
    }
    return { ok: true, value: { userId: account.id } };
  };
}
