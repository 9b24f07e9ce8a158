import type { Pool } from '@gavel/postgres/pool';
import { startLoop } from '@gavel/resilience';
import { createAddressResolver } from '@gavel/service-runtime/client-address';
import { sendJson } from '@gavel/service-runtime/http-server';
import { connectRedis } from '@gavel/service-runtime/redis';
import { defineService, runService } from '@gavel/service-runtime/run-service';
import type { Redis } from 'ioredis';
import { createArgon2Passwords } from './adapters/argon2-passwords.ts';
import { authRoutes } from './adapters/auth-rpc.ts';
import { createHashTurns } from './adapters/hash-turns.ts';
import { openAccessTokens, RELOAD_MS } from './adapters/jwt-access-tokens.ts';
import { createPostgresAccountStore } from './adapters/postgres-account-store.ts';
import { createPostgresSessionStore } from './adapters/postgres-session-store.ts';
import { createRedisAttemptLimits } from './adapters/redis-attempt-limits.ts';
import { createGetProfile } from './application/get-profile.ts';
import { createLogIn } from './application/log-in.ts';
import { createLogOut } from './application/log-out.ts';
import { createPruneSessions } from './application/prune-sessions.ts';
import { createRefreshSession } from './application/refresh-session.ts';
import { createRegisterAccount } from './application/register-account.ts';
import { type AuthConfig, readAuthConfig } from './config.ts';
import { authProcess } from './process.ts';

const PRUNE_MS = 10 * 60_000;

export const authService = defineService({
  process: authProcess,
  readConfig: readAuthConfig,
  async build({ config, pool, onStop }) {
    const redis = await connectRedis({
      url: config.REDIS_URL,
      meanwhile: 'each process counts attempts for itself',
    });
    onStop('redis', () => redis.disconnect());
    const accessTokens = await openAccessTokens({
      keysDirectory: config.AUTH_SIGNING_KEYS_DIR,
      issuer: config.AUTH_ISSUER,
      audience: config.AUTH_AUDIENCE,
      lifetimeSeconds: config.AUTH_ACCESS_TOKEN_SECONDS,
    });
    const ports = { ...(await openPorts(config, pool, redis)), accessTokens };

    const pruneSessions = createPruneSessions(ports.sessions);
    const pruner = startLoop('session-pruner', async () => {
      await pruneSessions();
      return PRUNE_MS;
    });
    onStop('session pruner', () => pruner.stop());
    const reloading = setInterval(() => void accessTokens.reload(), RELOAD_MS);
    onStop('reloading of signing keys', () => clearInterval(reloading));

    return {
      routes: authRoutes(useCasesOf(ports, config), createAddressResolver(config.AUTH_TRUSTED_PEERS)),
      verify: accessTokens.verify,
      handlers: {
        '/.well-known/jwks.json': (_, response) => sendJson(response, 200, accessTokens.publicKeys()),
      },
      // Without Redis attempts are counted per process; that is shown, but people can still sign in.
      checks: { redis: () => ({ connected: redis.status === 'ready' }) },
    };
  },
});

async function openPorts(config: AuthConfig, pool: Pool, redis: Redis) {
  return {
    accounts: createPostgresAccountStore(pool),
    sessions: createPostgresSessionStore(pool),
    passwords: await createArgon2Passwords(),
    turns: createHashTurns({ concurrency: config.AUTH_HASH_CONCURRENCY, queue: config.AUTH_HASH_QUEUE }),
    limits: createRedisAttemptLimits(redis, {
      loginFailures: config.AUTH_LIMIT_LOGIN_FAILURES,
      loginsPerMinute: config.AUTH_LIMIT_LOGINS_PER_MINUTE,
      registrationsPerHour: config.AUTH_LIMIT_REGISTRATIONS_PER_HOUR,
      refreshesPerMinute: config.AUTH_LIMIT_REFRESHES_PER_MINUTE,
    }),
  };
}

type Ports = Awaited<ReturnType<typeof openPorts>> & {
  readonly accessTokens: Awaited<ReturnType<typeof openAccessTokens>>;
};

function useCasesOf(ports: Ports, config: AuthConfig) {
  const rules = {
    lifetimeMs: config.AUTH_SESSION_SECONDS * 1000,
    idleMs: config.AUTH_SESSION_IDLE_SECONDS * 1000,
    graceMs: config.AUTH_REFRESH_GRACE_SECONDS * 1000,
  };
  return {
    registerAccount: createRegisterAccount(ports),
    logIn: createLogIn(ports, rules),
    refreshSession: createRefreshSession(ports, rules),
    logOut: createLogOut(ports.sessions),
    getProfile: createGetProfile(ports.accounts),
  };
}

if (import.meta.main) runService(authService);
