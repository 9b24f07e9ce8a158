import type { PersonDetails } from '../domain/person-details.ts';
import type { RefreshDecision, RefreshState, SessionRules } from '../domain/refresh-decision.ts';

/** Everything that the use cases need. Each use case names the part that it uses. */
export interface AuthPorts {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly hashQueue: HashQueue;
  readonly limits: AttemptLimits;
  readonly accessTokens: AccessTokens;
  readonly deviceTokens: DeviceTokens;
  readonly passwordResets: PasswordResets;
  readonly emailVerifications: EmailVerifications;
  readonly twoFactor: TwoFactor;
  readonly challenges: SignInChallenges;
  /** Undefined when this system sends no mails. */
  readonly accountMails: AccountMails | undefined;
  /** Configuration, not a port. */
  readonly sessionRules: SessionRules;
}

export interface NewAccount extends PersonDetails {
  /** UUIDv7. */
  id: string;
  /** As `normaliseEmail` returns it. */
  email: string;
  passwordHash: string;
}

export interface Profile {
  id: string;
  email: string;
  fullName: string;
  avatarUrl: string;
  countryCode: string;
  phoneNumber: string;
  createdAt: Date;
  emailVerified: boolean;
  /** Whether a sign-in also needs a code, and how many recovery codes are left. */
  twoFactor: boolean;
  recoveryCodesLeft: number;
}

export interface Accounts {
  /** Stores the account and its UserCreated event in one transaction. False when the e-mail address already has an account. */
  create(account: NewAccount): Promise<boolean>;
  findCredentials(email: string): Promise<Credentials | undefined>;
  findCredentialsOf(userId: string): Promise<Credentials | undefined>;
  findProfile(userId: string): Promise<Profile | undefined>;
  /**
   * Stores the new password, and ends all sessions but `keptSession`, in one transaction. False when the password is not the one
   * of `from` any more.
   */
  changePassword(from: Credentials, passwordHash: string, keptSession: string | undefined): Promise<boolean>;
}

export interface Credentials {
  userId: string;
  fullName: string;
  /** As `normaliseEmail` returns it. */
  email: string;
  passwordHash: string;
  emailVerified: boolean;
  /** Whether a sign-in also needs a code. */
  twoFactor: boolean;
}

/** Where a request came from. Unknown parts are empty. */
export interface Origin {
  ipAddress: string;
  userAgent: string;
}

/** A session and its newest refresh token. */
export interface OpenSession {
  userId: string;
  /** Whether the person has confirmed the address of their account. */
  emailVerified: boolean;
  sessionId: string;
  refreshToken: string;
}

export type Exchange =
  | ({ kind: 'issued' } & OpenSession)
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: 'SESSION_EXPIRED' | 'SESSION_REVOKED' | 'REFRESH_TOKEN_REUSED' };

/** Sessions and their refresh tokens. This interface has tokens in clear text; the database has only hashes. */
export interface Sessions {
  /** Starts a session, and ends the one of `replacedToken`, if any. Undefined when the password is not the one of `credentials` any more. */
  open(
    credentials: Credentials,
    origin: Origin,
    rules: SessionRules,
    replacedToken: string,
  ): Promise<OpenSession | undefined>;
  /** Locks the token's session, calls `decide` and carries out the decision, in one transaction. */
  exchange(refreshToken: string, decide: (state: RefreshState) => RefreshDecision): Promise<Exchange>;
  /** Ends the session of a token, whether the token is the newest or not. Ignores unknown tokens and ended sessions. */
  revoke(refreshToken: string): Promise<void>;
  /** Sessions of a user that have not ended, the newest use first, up to `limit`. */
  list(userId: string, limit: number): Promise<ListedSession[]>;
  /** Ends one session of a user, if it has not ended. False when the user has no such session. */
  revokeOne(userId: string, sessionId: string): Promise<boolean>;
  revokeAll(userId: string): Promise<void>;
  /** True for a revoked session, and for one that does not exist. */
  isRevoked(sessionId: string): Promise<boolean>;
  /** The sessions that were revoked in the last milliseconds. */
  listRevoked(sinceMs: number): Promise<RevokedSession[]>;
  /** Deletes up to `limit` sessions that ended at least a day ago. Returns how many it deleted. */
  prune(limit: number): Promise<number>;
}

export interface RevokedSession {
  id: string;
  revokedAt: Date;
}

export interface ListedSession extends Origin {
  id: string;
  createdAt: Date;
  /** When its refresh token was exchanged last. */
  lastUsedAt: Date;
}

/** Mails with a link. */
export type LinkKind = 'password_reset' | 'email_verification' | 'email_change';

/** Mails that tell the owner what happened. */
export type NoticeKind =
  | 'password_changed'
  | 'email_changing'
  | 'email_changed'
  | 'two_factor_on'
  | 'two_factor_off'
  | 'sign_in_locked';

export type MailKind = LinkKind | NoticeKind;

/** A mail that is due. */
export type ClaimedMail = {
  id: string;
  /** How often it was claimed, with this time. */
  attempts: number;
  to: string;
} & (
  | {
      kind: LinkKind;
      /** The secret of its link in clear text. */
      token: string;
      /** True when the use of the link confirms the address. */
      verifies: boolean;
    }
  | { kind: NoticeKind }
);

/** Mails that people asked for or are told something with, until they are sent. */
export interface AccountMails {
  /**
   * Stores mails in one transaction. Each is one mail, however often it is asked for before it is sent. Without `userId` the mail is of
   * the account that has the address; there need not be one.
   */
  queue(...mails: { kind: MailKind; email: string; userId?: string }[]): Promise<void>;
  /** The next mail that is due, with a new secret; no other sender gets it for two minutes. Drops mails to nobody. */
  claim(): Promise<ClaimedMail | undefined>;
  remove(id: string): Promise<void>;
  retryIn(id: string, ms: number): Promise<void>;
  /** Deletes links that have expired. */
  pruneLinks(): Promise<void>;
}

export interface PasswordResets {
  /** The account of a link that was not used and has not expired. */
  findOwner(token: string): Promise<{ email: string; fullName: string } | undefined>;
  /**
   * Uses a link: stores the password, ends all sessions and drops the other links of the account, in one transaction. Undefined when
   * the link is not usable.
   */
  use(token: string, passwordHash: string): Promise<{ email: string } | undefined>;
}

/** Confirmations of e-mail addresses with mailed links. */
export interface EmailVerifications {
  /**
   * Uses a link once: the account has its address from now on, and the address is confirmed. `unknown`: used before, expired, or
   * no link. `taken`: another account has the address now.
   */
  use(token: string): Promise<'verified' | 'unknown' | 'taken'>;
}

/** A new secret for an authenticator app, in base32 and as an otpauth:// link. */
export interface TwoFactorSetup {
  secret: string;
  uri: string;
}

/** The second factor of sign-ins: codes of an authenticator app, each accepted once, and recovery codes, each accepted once. */
export interface TwoFactor {
  /** Stores a new secret, which is not in force yet. Undefined when one is in force. */
  start(account: Credentials): Promise<TwoFactorSetup | undefined>;
  /** Puts the stored secret in force when the app's code is right. Returns the recovery codes, in clear text for the only time. */
  enable(account: Credentials, code: string): Promise<string[] | 'wrong' | 'not-started'>;
  /** Uses a code of the app or a recovery code. False when it is wrong, was used before, or no secret is in force. */
  use(userId: string, code: string): Promise<boolean>;
  /** Uses a code, and removes the secret and the recovery codes. */
  disable(account: Credentials, code: string): Promise<'disabled' | 'wrong' | 'not-started'>;
}

/** Sign-ins with the right password that wait for the second factor. */
export interface SignInChallenges {
  /** Starts one. Returns its token. */
  open(account: Credentials): Promise<string>;
  /** Counts a try. Undefined after ten minutes, five tries or a new password, and for an unknown token. */
  try(token: string): Promise<Credentials | undefined>;
  end(token: string): Promise<void>;
  /** Deletes those that have expired. */
  prune(): Promise<void>;
}

export interface Passwords {
  /** Whether a password, in lower case, is one of the most common ones. */
  isCommon(lowerCase: string): boolean;
  hash(password: string): Promise<string>;
  /** Takes equally long with a hash and without one, which means that there is no account. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
}

/** Limits how many password hashes are computed at the same time: each one needs 19 MiB and a core. */
export interface HashQueue {
  /** Runs `work` when its turn comes, in order of arrival. Undefined, at once, when the queue is full. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export interface AccessToken {
  token: string;
  expiresAt: Date;
}

export interface AccessTokens {
  issue(session: Omit<OpenSession, 'refreshToken'>): Promise<AccessToken>;
}

/** A browser that has signed in before. */
export interface Device {
  id: string;
  /** As `normaliseEmail` returns it. */
  email: string;
}

/** Tokens that a browser keeps from its sign-ins. They let nobody in: their sign-ins are only counted on their own. */
export interface DeviceTokens {
  issue(email: string): Promise<string>;
  /** Undefined for an expired token and every other text. */
  read(token: string): Promise<Device | undefined>;
}

export type Verdict = { allowed: true } | { allowed: false; retryAfterSeconds: number };

export type LimitedMethod = 'login' | 'register' | 'refresh' | 'reset';

/** Counts attempts. Never fails: while the shared counters are unavailable, each process counts for itself. */
export interface AttemptLimits {
  /** Counts one request from an address. All unknown addresses count as one. */
  countRequest(method: LimitedMethod, address: string | undefined): Promise<Verdict>;
  /** Counts one sign-in from devices of an account, whatever their address. */
  countDeviceRequest(device: Device): Promise<Verdict>;
  /** Counts one mail that somebody asked for to this address, whether it has an account. */
  countMail(email: string): Promise<Verdict>;
  /** Whether another password may be tried for this e-mail address from this client. Counts nothing. */
  mayTry(attempt: Attempt): Promise<Verdict>;
  /** Counts one wrong password. True when no other one may be tried for now at this address. */
  noteFailure(attempt: Attempt): Promise<boolean>;
  /** Whether the owner of this address, if there is one, should be told that sign-ins are locked. True once a day. */
  mayTellOfLock(email: string): Promise<boolean>;
  forgetFailures(attempt: Attempt): Promise<void>;
}

/** Who tries a password, and where. Somebody at another address is counted on their own. */
export interface Attempt {
  email: string;
  /** Undefined when it is unknown: all unknown addresses count as one. */
  address: string | undefined;
  /** A device of this e-mail address is counted on its own, whatever its address. */
  device?: Device | undefined;
}
