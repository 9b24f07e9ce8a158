import { migrate } from '@gavel/postgres/migrate';
import { createPool } from '@gavel/postgres/pool';
import { readMigrationConfig } from './config.ts';
import { leaderboardMigrations } from './migrations.ts';

const pool = createPool({
  connectionString: readMigrationConfig().DATABASE_URL,
  max: 1,
  applicationName: 'migrate-leaderboard',
});
try {
  const ran = await migrate(pool, leaderboardMigrations);
  process.stdout.write(`${ran.length === 0 ? 'nothing to do' : ran.join('\n')}\n`);
} finally {
  await pool.end();
}
