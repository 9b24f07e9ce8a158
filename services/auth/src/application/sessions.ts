import type { Failure, Outcome } from '@gavel/service-runtime/failure';
import { validate as isUuid } from 'uuid';
import { normaliseEmail } from '../domain/email-address.ts';
import { decideRefresh } from '../domain/refresh-decision.ts';
import { noteWrongPassword, type WrongPasswordPorts } from './passwords.ts';
import type {
  AccessToken,
  Accounts,
  Attempt,
  AuthPorts,
  Credentials,
  Exchange,
  ListedSession,
  OpenSession,
  Origin,
  Sessions,
  Verdict,
} from './ports.ts';
import { rateLimited, signInLocked, tooBusy } from './refusals.ts';
import { countingCodes } from './two-factor.ts';

export interface Tokens {
  access: AccessToken;
  refreshToken: string;
}

/** What a sign-in gets. */
export interface SignInTokens extends Tokens {
  /** For the browser's next sign-in. */
  deviceToken: string;
}

export interface LogInInput {
  email: string;
  password: string;
  /** The caller's address; undefined when it is unknown. */
  address: string | undefined;
  origin: Origin;
  /** A refresh token whose session this sign-in replaces; empty for none. */
  replacedToken: string;
  /** From an earlier sign-in of the browser; empty for none. */
  deviceToken: string;
}

type PasswordPorts = Pick<AuthPorts, 'passwords' | 'limits'> & {
  accountMails: WrongPasswordPorts['accountMails'];
  accounts: Pick<Accounts, 'findCredentials'>;
};
type SignInPorts = PasswordPorts &
  Pick<AuthPorts, 'hashQueue' | 'accessTokens' | 'deviceTokens' | 'sessionRules'> & {
    sessions: Pick<Sessions, 'open'>;
    challenges: Pick<AuthPorts['challenges'], 'open'>;
  };

/**
 * Signs in and starts a session. When the account has a second factor, the answer to the right password is SECOND_FACTOR_NEEDED, with a
 * `challenge` for `completeLogIn`. An unknown e-mail address and a wrong password get the same answer after the same time. The failures of
 * others do not stop a browser that has signed in before.
 */
export async function logIn(
  ports: SignInPorts,
  input: LogInInput,
): Promise<
  Outcome<SignInTokens, 'BAD_CREDENTIALS' | 'SECOND_FACTOR_NEEDED' | 'RATE_LIMITED' | 'UNAVAILABLE'>
> {
  const email = normaliseEmail(input.email);
  const device = await ports.deviceTokens.read(input.deviceToken);
  const attempt: Attempt = {
    email,
    address: input.address,
    device: device?.email === email ? device : undefined,
  };
  const verdict = await countSignIn(ports.limits, attempt);
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  // The failures are checked inside the queue. So a burst of guesses exceeds the limit only by the number of hashes that
  // are computed at the same time, not by the size of the burst.
  const checked = await ports.hashQueue.run(() => checkPassword(ports, attempt, input.password));
  if (checked === undefined) return tooBusy();
  if (!checked.ok) return checked;
  if (checked.value.twoFactor) return secondFactorNeeded(await ports.challenges.open(checked.value));
  const { origin, replacedToken } = input;
  const session = await ports.sessions.open(checked.value, origin, ports.sessionRules, replacedToken);
  if (session === undefined) return badCredentials();
  return { ok: true, value: await signInTokensOf(ports, session, email) };
}

export interface CompleteLogInInput
  extends Pick<LogInInput, 'address' | 'origin' | 'replacedToken' | 'deviceToken'> {
  challenge: string;
  /** Of the authenticator app, or a recovery code. */
  code: string;
}

type CompletePorts = Pick<
  AuthPorts,
  'limits' | 'challenges' | 'twoFactor' | 'sessions' | 'sessionRules' | 'accessTokens' | 'deviceTokens'
>;

/** Completes a sign-in with the second factor, and starts a session. */
export async function completeLogIn(
  ports: CompletePorts,
  { challenge, code, address, origin, replacedToken, deviceToken }: CompleteLogInInput,
): Promise<Outcome<SignInTokens, 'SIGN_IN_ENDED' | 'WRONG_CODE' | 'RATE_LIMITED'>> {
  const device = await ports.deviceTokens.read(deviceToken);
  const verdict = await countSignIn(ports.limits, { email: device?.email ?? '', address, device });
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  const account = await ports.challenges.try(challenge);
  if (account === undefined) return signInEnded();
  const checked = await countingCodes(
    ports.limits,
    account,
    async () => (await ports.twoFactor.use(account.userId, code)) || undefined,
  );
  if (!checked.ok) return checked;
  await ports.challenges.end(challenge);
  const session = await ports.sessions.open(account, origin, ports.sessionRules, replacedToken);
  if (session === undefined) return signInEnded();
  return { ok: true, value: await signInTokensOf(ports, session, account.email) };
}

/** Counts a request to sign in: of the account's devices, or of an address. */
async function countSignIn(limits: AuthPorts['limits'], attempt: Attempt): Promise<Verdict> {
  const { device, address } = await withUsableDevice(limits, attempt);
  return device ? limits.countDeviceRequest(device) : limits.countRequest('login', address);
}

/** Without the device when it has used up its tries: its token is worthless then. */
async function withUsableDevice(limits: AuthPorts['limits'], attempt: Attempt): Promise<Attempt> {
  if (attempt.device === undefined || (await limits.mayTry(attempt)).allowed) return attempt;
  return { ...attempt, device: undefined };
}

function secondFactorNeeded(challenge: string): Failure<'SECOND_FACTOR_NEEDED'> {
  const message = 'this account also needs a code; send it with the challenge';
  return { ok: false, reason: 'SECOND_FACTOR_NEEDED', message, metadata: { challenge } };
}

function signInEnded(): Failure<'SIGN_IN_ENDED'> {
  return {
    ok: false,
    reason: 'SIGN_IN_ENDED',
    message: 'this sign-in took too long or too many tries; start again',
  };
}

async function tokensOf(
  { accessTokens }: Pick<AuthPorts, 'accessTokens'>,
  session: OpenSession,
): Promise<Tokens> {
  return { access: await accessTokens.issue(session), refreshToken: session.refreshToken };
}

async function signInTokensOf(
  ports: Pick<AuthPorts, 'accessTokens' | 'deviceTokens'>,
  session: OpenSession,
  email: string,
): Promise<SignInTokens> {
  return { ...(await tokensOf(ports, session)), deviceToken: await ports.deviceTokens.issue(email) };
}

async function checkPassword(
  ports: PasswordPorts,
  tried: Attempt,
  password: string,
): Promise<Outcome<Credentials, 'BAD_CREDENTIALS' | 'RATE_LIMITED'>> {
  const { accounts, passwords, limits } = ports;
  const attempt = await withUsableDevice(limits, tried);
  const verdict = await limits.mayTry(attempt);
  if (!verdict.allowed) return signInLocked(verdict.retryAfterSeconds);
  const account = await accounts.findCredentials(attempt.email);
  const matches = await passwords.verify(account?.passwordHash, password);
  if (account === undefined || !matches) {
    await noteWrongPassword(ports, attempt);
    return badCredentials();
  }
  await limits.forgetFailures(attempt);
  return { ok: true, value: account };
}

function badCredentials(): Failure<'BAD_CREDENTIALS'> {
  return { ok: false, reason: 'BAD_CREDENTIALS', message: 'no account has this e-mail address and password' };
}

export interface RefreshSessionInput {
  refreshToken: string;
  /** The caller's address; undefined when it is unknown. */
  address: string | undefined;
}

type ExchangeReason = Extract<Exchange, { kind: 'refused' }>['reason'];

const exchangeMessages: Readonly<Record<ExchangeReason, string>> = {
  SESSION_EXPIRED: 'the session has ended; sign in again',
  SESSION_REVOKED: 'the session was ended; sign in again',
  REFRESH_TOKEN_REUSED: 'the refresh token was used before, so its session is now ended; sign in again',
};

/** Exchanges a refresh token for its successor and a new access token. `decideRefresh` has the rules. */
export async function refreshSession(
  ports: Pick<AuthPorts, 'sessions' | 'limits' | 'accessTokens' | 'sessionRules'>,
  input: RefreshSessionInput,
): Promise<Outcome<Tokens, ExchangeReason | 'RATE_LIMITED'>> {
  const verdict = await ports.limits.countRequest('refresh', input.address);
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  const exchange = await ports.sessions.exchange(input.refreshToken, (state) =>
    decideRefresh(state, ports.sessionRules),
  );
  if (exchange.kind === 'issued') return { ok: true, value: await tokensOf(ports, exchange) };
  // An unknown token usually belonged to a session that ended long ago and was deleted.
  const reason = exchange.kind === 'unknown' ? 'SESSION_EXPIRED' : exchange.reason;
  return { ok: false, reason, message: exchangeMessages[reason] };
}

/** Ends the session that the token belongs to, whether the token is the newest or not. A repeat or an unknown token does nothing. */
export async function logOut(
  { sessions }: Pick<AuthPorts, 'sessions'>,
  { refreshToken }: { refreshToken: string },
): Promise<void> {
  await sessions.revoke(refreshToken);
}

const MOST_LISTED = 100;

/** A user's sessions that have not ended: those that were used last, the newest use first. */
export function listSessions(
  { sessions }: Pick<AuthPorts, 'sessions'>,
  userId: string,
): Promise<ListedSession[]> {
  return sessions.list(userId, MOST_LISTED);
}

export interface RevokeSessionInput {
  userId: string;
  sessionId: string;
}

/** Ends one session of a user. A malformed id is an unknown session. */
export async function revokeSession(
  { sessions }: Pick<AuthPorts, 'sessions'>,
  { userId, sessionId }: RevokeSessionInput,
): Promise<Outcome<undefined, 'SESSION_NOT_FOUND'>> {
  const found = isUuid(sessionId) && (await sessions.revokeOne(userId, sessionId));
  if (found) return { ok: true, value: undefined };
  return { ok: false, reason: 'SESSION_NOT_FOUND', message: 'you have no such session' };
}

// Small, so that the locks and the WAL of one statement do not delay sign-ins.
const PRUNE_BATCH = 500;

/** Deletes sessions that ended at least a day ago, with their tokens. Returns how many it deleted. */
export async function pruneSessions({ sessions }: Pick<AuthPorts, 'sessions'>): Promise<number> {
  let total = 0;
  for (;;) {
    const deleted = await sessions.prune(PRUNE_BATCH);
    total += deleted;
    if (deleted < PRUNE_BATCH) return total;
  }
}
