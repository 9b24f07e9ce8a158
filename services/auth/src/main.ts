import { createLogger } from '@gavel/observability/logger';
import { createPool } from '@gavel/postgres/pool';
import { isTransient } from '@gavel/postgres/sqlstate';
import { createAddressResolver } from '@gavel/service-runtime/client-address';
import { createHealth } from '@gavel/service-runtime/health';
import { sendJson, startHttpServer } from '@gavel/service-runtime/http-server';
import { serviceInterceptors } from '@gavel/service-runtime/interceptors';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/process';
import { connectRedis } from '@gavel/service-runtime/redis';
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

const PRUNE_MS = 10 * 60_000;

/** Wires and starts the service; returns its base URL. */
export async function startAuth(config: AuthConfig, scope: Pick<ProcessScope, 'onStop'>): Promise<string> {
  const log = createLogger('auth');
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: 'auth',
    max: config.DATABASE_POOL,
  });
  scope.onStop('database', () => pool.end());
  const redis = await connectRedis({
    url: config.REDIS_URL,
    meanwhile: 'each process counts attempts for itself',
  });
  scope.onStop('redis', () => redis.disconnect());

  const accessTokens = await openAccessTokens({
    keysDirectory: config.AUTH_SIGNING_KEYS_DIR,
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
    lifetimeSeconds: config.AUTH_ACCESS_TOKEN_SECONDS,
  });
  const rules = {
    lifetimeMs: config.AUTH_SESSION_SECONDS * 1000,
    idleMs: config.AUTH_SESSION_IDLE_SECONDS * 1000,
    graceMs: config.AUTH_REFRESH_GRACE_SECONDS * 1000,
  };
  const ports = {
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
    accessTokens,
  };
  const useCases = {
    registerAccount: createRegisterAccount(ports),
    logIn: createLogIn(ports, rules),
    refreshSession: createRefreshSession(ports, rules),
    logOut: createLogOut(ports.sessions),
    getProfile: createGetProfile(ports.accounts),
  };
  const pruneSessions = createPruneSessions(ports.sessions);
  const prune = async (): Promise<void> => {
    try {
      await pruneSessions();
    } catch (error) {
      log.warn({ err: error }, 'ended sessions could not be pruned; the next round tries again');
    }
  };

  const health = createHealth();
  health.check('database', () => pool.query('SELECT 1').then(() => undefined));
  // Without Redis attempts are counted per process; that is shown, but it is no reason to stop signing people in.
  health.check('redis', () => ({ connected: redis.status === 'ready' }));

  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    routes: authRoutes(useCases, createAddressResolver(config.AUTH_TRUSTED_PEERS)),
    interceptors: serviceInterceptors({ verify: accessTokens.verify, isTransient }),
    handlers: {
      '/.well-known/jwks.json': (_, response) => sendJson(response, 200, accessTokens.publicKeys()),
    },
  });
  scope.onStop('http', () => server.close());
  const timers = [
    setInterval(() => void accessTokens.reload(), RELOAD_MS),
    setInterval(() => void prune(), PRUNE_MS),
  ];
  scope.onStop('timers', () => timers.forEach(clearInterval));
  return `http://${config.HOST}:${server.port}`;
}

if (import.meta.main) {
  runProcess('auth', async (scope) => {
    await startAuth(readAuthConfig(), scope);
  });
}
