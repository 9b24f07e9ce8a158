import type { Failure, Outcome } from '@gavel/service-runtime/failure';
import { normaliseEmail } from '../domain/email-address.ts';
import type { SessionRules } from '../domain/refresh-decision.ts';
import type {
  AccessToken,
  AccessTokens,
  AccountStore,
  AttemptLimits,
  HashTurns,
  Origin,
  Passwords,
  SessionStore,
} from './ports.ts';
import { rateLimited, tooBusy } from './refusals.ts';

export interface LogInCommand {
  email: string;
  password: string;
  /** The caller's address, where it is known. */
  address: string | undefined;
  origin: Origin;
}

type Reasons = 'BAD_CREDENTIALS' | 'RATE_LIMITED' | 'UNAVAILABLE';
type Ports = {
  accounts: AccountStore;
  sessions: SessionStore;
  passwords: Passwords;
  turns: HashTurns;
  limits: AttemptLimits;
  accessTokens: AccessTokens;
};
export type LogIn = (
  command: LogInCommand,
) => Promise<Outcome<{ access: AccessToken; refreshToken: string }, Reasons>>;

/** Signs in and starts a session. An unknown e-mail address and a wrong password look and last the same. */
export function createLogIn(ports: Ports, rules: SessionRules): LogIn {
  return async (command) => {
    const verdict = await ports.limits.countRequest('login', command.address);
    if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
    const checked = await ports.turns.take(() => checkPassword(ports, command));
    if (checked === undefined) return tooBusy();
    if (!checked.ok) return checked;
    const { userId } = checked.value;
    const refreshToken = await ports.sessions.open(userId, command.origin, rules);
    return { ok: true, value: { access: await ports.accessTokens.issue(userId), refreshToken } };
  };
}

// The limit is asked for inside the turn: a burst of guesses sent at once overshoots it by the number of turns
// (a handful), not by the size of the burst.
async function checkPassword(
  ports: Ports,
  command: LogInCommand,
): Promise<Outcome<{ userId: string }, 'BAD_CREDENTIALS' | 'RATE_LIMITED'>> {
  const email = normaliseEmail(command.email);
  const verdict = await ports.limits.mayTry(email);
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  const account = await ports.accounts.findCredentials(email);
  const matches = await ports.passwords.verify(account?.passwordHash, command.password);
  if (account === undefined || !matches) {
    await ports.limits.noteFailure(email);
    return badCredentials();
  }
  await ports.limits.forgetFailures(email);
  return { ok: true, value: { userId: account.userId } };
}

function badCredentials(): Failure<'BAD_CREDENTIALS'> {
  return { ok: false, reason: 'BAD_CREDENTIALS', message: 'no account has this e-mail address and password' };
}
