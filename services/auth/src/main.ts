import type { Pool } from '@gavel/postgres/pool';
import { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { startLoop } from '@gavel/resilience';
import { createAddressResolver } from '@gavel/service-runtime/client-address';
import { sendJson } from '@gavel/service-runtime/http-server';
import type { MethodEvents } from '@gavel/service-runtime/log-security';
import { createRateLimiter } from '@gavel/service-runtime/rate-limiter';
import { connectRedis } from '@gavel/service-runtime/redis';
import { REVOKED_SESSIONS_PATH } from '@gavel/service-runtime/revoked-sessions';
import type { ProcessScope } from '@gavel/service-runtime/run-process';
import { defineService, runService } from '@gavel/service-runtime/run-service';
import { createSmtpTransport } from '@gavel/service-runtime/smtp-transport';
import type { Redis } from 'ioredis';
import { createArgon2Passwords, createHashQueue } from './adapters/crypto/argon2-passwords.ts';
import { readSealingKey } from './adapters/crypto/sealing-key.ts';
import { createRevokedList, serveRevokedSessions } from './adapters/http/revoked-sessions.ts';
import { createJwtAccessTokens } from './adapters/jwt/access-tokens.ts';
import { createJwtDeviceTokens } from './adapters/jwt/device-tokens.ts';
import {
  createPostgresAccountMails,
  type LinkLifetimes,
} from './adapters/postgres/postgres-account-mails.ts';
import { createPostgresAccounts } from './adapters/postgres/postgres-accounts.ts';
import { createPostgresEmailVerifications } from './adapters/postgres/postgres-email-verifications.ts';
import { createPostgresPasswordResets } from './adapters/postgres/postgres-password-resets.ts';
import { createPostgresSessions, type OnRevoked } from './adapters/postgres/postgres-sessions.ts';
import { createPostgresSignInChallenges } from './adapters/postgres/postgres-sign-in-challenges.ts';
import { createPostgresTwoFactor } from './adapters/postgres/postgres-two-factor.ts';
import { createAttemptLimits } from './adapters/redis/attempt-limits.ts';
import { createAuthService } from './adapters/rpc/auth-service.ts';
import type { AuthPorts } from './application/ports.ts';
import { sendAccountMails } from './application/send-account-mails.ts';
import { pruneSessions } from './application/sessions.ts';
import { type AuthConfig, readAuthConfig } from './config.ts';
import { authProcess } from './process.ts';

const PRUNE_EVERY_MS = 10 * 60_000;
const RELOAD_KEYS_EVERY_MS = 60_000;
const READ_REVOKED_EVERY_MS = 1_000;
const MAIL_EVERY_MS = 1_000;
const MAIL_BACK_OFF = { firstMs: 2_000, maxMs: 60_000 };
// A transaction that revokes sessions takes milliseconds, so it is read again and again for much longer than that.
const READ_REVOKED_BACK_MS = 60_000;

/** What each method means for the security log. */
const passwordAgain = { WRONG_PASSWORD: 'sign_in_failed' } as const;
const securityEvents: Readonly<Record<string, MethodEvents>> = {
  Login: { ok: 'signed_in', refused: { BAD_CREDENTIALS: 'sign_in_failed' } },
  CompleteLogin: { ok: 'signed_in', refused: { WRONG_CODE: 'sign_in_failed' } },
  EnableTwoFactor: { ok: 'two_factor_changed' },
  DisableTwoFactor: { ok: 'two_factor_changed', refused: { ...passwordAgain, WRONG_CODE: 'sign_in_failed' } },
  Refresh: { refused: { REFRESH_TOKEN_REUSED: 'token_reused' } },
  Logout: { ok: 'signed_out' },
  ChangePassword: { ok: 'password_changed', refused: passwordAgain },
  RequestEmailChange: { refused: passwordAgain },
  RequestPasswordReset: { ok: 'password_reset_requested' },
  ResetPassword: { ok: 'password_reset' },
  RevokeSession: { ok: 'session_revoked' },
  RevokeAllSessions: { ok: 'session_revoked' },
};

export const authService = defineService({
  process: authProcess,
  readConfig: readAuthConfig,
  async build({ config, pool, onStop }) {
    const redis = await connectRedis({
      url: config.REDIS_URL,
      meanwhile: 'each process counts attempts for itself',
    });
    onStop('redis', () => redis.disconnect());
    const accessTokens = await createJwtAccessTokens({
      keysDirectory: config.AUTH_SIGNING_KEYS_DIR,
      issuer: config.AUTH_ISSUER,
      audience: config.AUTH_AUDIENCE,
      lifetimeSeconds: config.AUTH_ACCESS_TOKEN_SECONDS,
      requiresVerifiedEmail: config.AUTH_REQUIRE_VERIFIED_EMAIL,
    });
    const revoked = createRevokedList(config.AUTH_ACCESS_TOKEN_SECONDS * 1000);
    const ports: AuthPorts = { ...(await createPorts(config, pool, redis, revoked.add)), accessTokens };

    const pruner = startLoop('session-pruner', async () => {
      await pruneSessions(ports);
      await ports.accountMails?.pruneLinks();
      await ports.challenges.prune();
      return PRUNE_EVERY_MS;
    });
    onStop('session pruner', () => pruner.stop());
    const keyReload = startLoop('signing-keys', async () => {
      await accessTokens.reload();
      return RELOAD_KEYS_EVERY_MS;
    });
    onStop('reload of signing keys', () => keyReload.stop());

    let windowMs = config.AUTH_ACCESS_TOKEN_SECONDS * 1000;
    let revokedLoaded = false;
    // Sessions that other instances revoked. This instance adds its own at once.
    const revokedReader = startLoop('revoked-sessions', async () => {
      revoked.add(await ports.sessions.listRevoked(windowMs));
      windowMs = READ_REVOKED_BACK_MS;
      revokedLoaded = true;
      return READ_REVOKED_EVERY_MS;
    });
    onStop('reading of revoked sessions', () => revokedReader.stop());

    startMail(config, ports.accountMails, onStop);
    const resolveAddress = createAddressResolver(config.AUTH_TRUSTED_PEERS);
    return {
      routes: (router) => router.service(AuthService, createAuthService(ports, resolveAddress)),
      verify: async (token) => {
        const caller = await accessTokens.verify(token);
        const sessionId = caller?.sessionId;
        return sessionId && (await ports.sessions.isRevoked(sessionId)) ? undefined : caller;
      },
      resolveAddress,
      securityEvents,
      handlers: {
        '/.well-known/jwks.json': (_, response) => sendJson(response, 200, accessTokens.publicKeys()),
        [REVOKED_SESSIONS_PATH]: serveRevokedSessions(revoked, () => revokedLoaded),
      },
      // Shown, but no condition of readiness: without Redis each process counts attempts, and users can still sign in.
      checks: { redis: () => ({ connected: redis.status === 'ready' }) },
    };
  },
});

/** Sends the mails that people asked for. Without a mail server nothing is sent, and nobody can ask. */
function startMail(
  { SMTP_URL, SMTP_FROM, WEB_URL = '' }: AuthConfig,
  accountMails: AuthPorts['accountMails'],
  onStop: ProcessScope['onStop'],
): void {
  if (SMTP_URL === undefined || accountMails === undefined) return;
  const transport = createSmtpTransport(SMTP_URL, SMTP_FROM);
  onStop('mail transport', () => transport.close());
  const sender = startLoop(
    'account-mail',
    async (stopping) => {
      await sendAccountMails({ accountMails, transport, webUrl: WEB_URL }, stopping);
      return MAIL_EVERY_MS;
    },
    MAIL_BACK_OFF,
  );
  onStop('mail', () => sender.stop());
}

function linkLifetimes(config: AuthConfig): LinkLifetimes {
  const verificationMs = config.AUTH_VERIFICATION_LINK_SECONDS * 1000;
  return {
    password_reset: config.AUTH_RESET_LINK_SECONDS * 1000,
    email_verification: verificationMs,
    email_change: verificationMs,
  };
}

async function createPorts(
  config: AuthConfig,
  pool: Pool,
  redis: Redis,
  onRevoked: OnRevoked,
): Promise<Omit<AuthPorts, 'accessTokens'>> {
  const mails = config.SMTP_URL !== undefined;
  const factor = config.RATE_LIMIT_FACTOR;
  const sealingKey = await readSealingKey(config.AUTH_SIGNING_KEYS_DIR);
  const deviceSeconds = config.AUTH_DEVICE_TOKEN_SECONDS;
  return {
    accounts: createPostgresAccounts(pool, onRevoked, { mails }),
    sessions: createPostgresSessions(pool, onRevoked),
    accountMails: mails ? createPostgresAccountMails(pool, linkLifetimes(config)) : undefined,
    passwordResets: createPostgresPasswordResets(pool, onRevoked, { mails }),
    twoFactor: createPostgresTwoFactor(pool, { sealingKey, mails }),
    deviceTokens: createJwtDeviceTokens({ sealingKey, lifetimeSeconds: deviceSeconds }),
    challenges: createPostgresSignInChallenges(pool),
    emailVerifications: createPostgresEmailVerifications(pool, { mails }),
    passwords: await createArgon2Passwords(),
    hashQueue: createHashQueue({ concurrency: config.AUTH_HASH_CONCURRENCY, queue: config.AUTH_HASH_QUEUE }),
    limits: createAttemptLimits(createRateLimiter({ redis, prefix: 'gavel:auth:' }), {
      loginFailures: config.AUTH_LIMIT_LOGIN_FAILURES,
      loginsPerMinute: factor * config.AUTH_LIMIT_LOGINS_PER_MINUTE,
      registrationsPerHour: factor * config.AUTH_LIMIT_REGISTRATIONS_PER_HOUR,
      refreshesPerMinute: factor * config.AUTH_LIMIT_REFRESHES_PER_MINUTE,
      resetsPerHour: factor * config.AUTH_LIMIT_RESETS_PER_HOUR,
      deviceSeconds,
      unknownFactor: config.AUTH_LIMIT_UNKNOWN_FACTOR,
      mailsPerHour: config.AUTH_LIMIT_MAILS_PER_HOUR,
    }),
    sessionRules: {
      lifetimeMs: config.AUTH_SESSION_SECONDS * 1000,
      idleMs: config.AUTH_SESSION_IDLE_SECONDS * 1000,
      graceMs: config.AUTH_REFRESH_GRACE_SECONDS * 1000,
    },
  };
}

if (import.meta.main) runService(authService);
