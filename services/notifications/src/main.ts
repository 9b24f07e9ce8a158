import { createPool } from '@gavel/postgres/pool';
import { isTransient } from '@gavel/postgres/sqlstate';
import { createTokenVerifier } from '@gavel/service-runtime/caller';
import { createHealth } from '@gavel/service-runtime/health';
import { startHttpServer } from '@gavel/service-runtime/http-server';
import { serviceInterceptors } from '@gavel/service-runtime/interceptors';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/process';
import { createPostgresNotifications } from './adapters/postgres/postgres-notifications.ts';
import { createPostgresPreferences } from './adapters/postgres/postgres-preferences.ts';
import { notificationRoutes } from './adapters/rpc/notification-service.ts';
import { type NotificationServiceConfig, readNotificationServiceConfig } from './config.ts';

/** Wires and starts the service; returns its base URL. */
export async function startNotificationService(
  config: NotificationServiceConfig,
  scope: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: 'notifications',
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
    routes: notificationRoutes(createPostgresNotifications(pool), createPostgresPreferences(pool)),
    interceptors: serviceInterceptors({ verify, isTransient }),
  });
  scope.onStop('http', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

if (import.meta.main) {
  runProcess('notifications', async (scope) => {
    await startNotificationService(readNotificationServiceConfig(), scope);
  });
}
