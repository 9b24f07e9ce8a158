import { createLogger } from '@gavel/observability/logger';
import { outboxMigrations } from '@gavel/outbox/migrations';
import { migrate } from '@gavel/postgres/migrate';
import { createPool } from '@gavel/postgres/pool';
import { readMigrateConfig } from './config.ts';
import { bidsMigrations } from './migrations.ts';

const pool = createPool({
  connectionString: readMigrateConfig().DATABASE_URL,
  max: 1,
  applicationName: 'bids-migrate',
});
try {
  const ran = await migrate(pool, [outboxMigrations, bidsMigrations]);
  createLogger('bids-migrate').info({ ran }, 'database is up to date');
} finally {
  await pool.end();
}
