import { startTestInfrastructure } from '@gavel/dev/testing/private-infrastructure';
import { outboxMigrations } from '@gavel/outbox/migrations';
import { migrate } from '@gavel/postgres/migrate';
import { createPool } from '@gavel/postgres/pool';
import { measureNotifyCost } from './measure-notify-cost.ts';

// node deploy/proving/src/notify-cost/main.ts: on servers of its own, with fsync.
const infrastructure = await startTestInfrastructure({ fsync: true });
try {
  const databaseUrl = infrastructure.urls.postgresUrl;
  const pool = createPool({ connectionString: databaseUrl, applicationName: 'bench' });
  await migrate(pool, [outboxMigrations]);
  await pool.end();
  for (const clients of [1, 8, 32, 64]) {
    const { inTransaction, afterCommit } = await measureNotifyCost({ databaseUrl, clients });
    process.stdout.write(`${clients} clients: ${inTransaction} commits/s inside, ${afterCommit} after\n`);
  }
} finally {
  await infrastructure.stop();
}
