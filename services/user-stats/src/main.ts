import { createPool } from '@gavel/postgres/pool';
import { isTransient } from '@gavel/postgres/sqlstate';
import { createTokenVerifier } from '@gavel/service-runtime/caller';
import { createHealth } from '@gavel/service-runtime/health';
import { startHttpServer } from '@gavel/service-runtime/http-server';
import { serviceInterceptors } from '@gavel/service-runtime/interceptors';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/process';
import { createPostgresUserStatsReader } from './adapters/postgres-user-stats-reader.ts';
import { userStatsRoutes } from './adapters/user-stats-rpc.ts';
import { createGetUserStats } from './application/get-user-stats.ts';
import { readUserStatsConfig, type UserStatsConfig } from './config.ts';

/** Wires and starts the service; returns its base URL. */
export async function startUserStats(
  config: UserStatsConfig,
  scope: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: 'user-stats',
    max: config.DATABASE_POOL,
  });
  scope.onStop('database', () => pool.end());

  const health = createHealth();
  health.check('database', () => pool.query('SELECT 1').then(() => undefined));

  const verify = createTokenVerifier({
    jwksUrl: new URL('/.well-known/jwks.json', config.AUTH_URL).href,
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
  });
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    routes: userStatsRoutes(createGetUserStats(createPostgresUserStatsReader(pool))),
    interceptors: serviceInterceptors({ verify, isTransient }),
  });
  scope.onStop('http', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

if (import.meta.main) {
  runProcess('user-stats', async (scope) => {
    await startUserStats(readUserStatsConfig(), scope);
  });
}
