import type { PersonDetails } from '../domain/person-details.ts';
import type { RefreshDecision, RefreshState, SessionRules } from '../domain/refresh-decision.ts';

export interface NewAccount extends PersonDetails {
  /** UUIDv7. */
  id: string;
  /** Normalised. */
  email: string;
  passwordHash: string;
}

export interface Profile {
  id: string;
  email: string;
  fullName: string;
  avatarUrl: string;
  countryCode: string;
  createdAt: Date;
}

export interface AccountStore {
  /** Stores the account and its UserCreated in one transaction; false when the e-mail address has an account already. */
  create(account: NewAccount): Promise<boolean>;
  findCredentials(email: string): Promise<{ userId: string; passwordHash: string } | undefined>;
  findProfile(userId: string): Promise<Profile | undefined>;
}

/** Where a request came from, as far as it is known; empty when not. */
export interface Origin {
  ipAddress: string;
  userAgent: string;
}

export type Exchange =
  | { kind: 'issued'; userId: string; refreshToken: string }
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: 'SESSION_EXPIRED' | 'SESSION_REVOKED' | 'REFRESH_TOKEN_REUSED' };

/** Sign-ins and their refresh tokens. Tokens are clear text on this side only. */
export interface SessionStore {
  /** Starts a session and returns its first refresh token. */
  open(userId: string, origin: Origin, rules: SessionRules): Promise<string>;
  /** Locks the token's session, asks `decide` and carries out what it says, in one transaction. */
  exchange(refreshToken: string, decide: (state: RefreshState) => RefreshDecision): Promise<Exchange>;
  /** Ends the session that any of its tokens belongs to; an unknown token or an ended session is fine. */
  revoke(refreshToken: string): Promise<void>;
  /** Removes up to `limit` sessions that ended a day ago or earlier; returns how many went. */
  prune(limit: number): Promise<number>;
}

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long for an account that does not exist (no hash) as for one that does. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
}

/** Bounds how many hashes are computed at once: each takes 19 MiB and a core. */
export interface HashTurns {
  /** Runs `work` when its turn comes; undefined, at once, when too many wait already. */
  take<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export interface AccessToken {
  token: string;
  expiresAt: Date;
}

export interface AccessTokens {
  issue(userId: string): Promise<AccessToken>;
}

/** Whether an attempt may be made, and in how many seconds the next one may be when not. */
export type Verdict = { allowed: true } | { allowed: false; retryAfterSeconds: number };

export type LimitedMethod = 'login' | 'register' | 'refresh';

/** Counts attempts. Never fails: when the counters' server is away, each process counts for itself. */
export interface AttemptLimits {
  /** Counts one request from an address; an unknown address is always allowed. */
  countRequest(method: LimitedMethod, address: string | undefined): Promise<Verdict>;
  /** Whether another password may be tried for an e-mail address. */
  mayTry(email: string): Promise<Verdict>;
  noteFailure(email: string): Promise<void>;
  forgetFailures(email: string): Promise<void>;
}
