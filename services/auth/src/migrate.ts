import { createLogger } from '@gavel/observability/logger';
import { outboxMigrations } from '@gavel/outbox/migrations';
import { migrate } from '@gavel/postgres/migrate';
import { createPool } from '@gavel/postgres/pool';
import { readDatabaseUrl } from './config.ts';
import { authMigrations } from './migrations.ts';

const log = createLogger('migrate-auth');
const pool = createPool({ connectionString: readDatabaseUrl(), applicationName: 'migrate-auth' });
try {
  const ran = await migrate(pool, [outboxMigrations, authMigrations]);
  log.info({ ran }, 'database is up to date');
} finally {
  await pool.end();
}
