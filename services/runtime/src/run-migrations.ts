import { createLogger } from '@gavel/observability/logger';
import { migrate } from '@gavel/postgres/migrate';
import { createPool } from '@gavel/postgres/pool';
import type { ProcessDescriptor } from '@gavel/proto/process';
import { readDatabaseUrl } from './config.ts';

/** Migrates the database that a process owns, then ends this process with exit code 0, or 1 after a failure. */
export function runMigrations({ name, database }: ProcessDescriptor): void {
  const log = createLogger(`${name}-migrate`);
  const work = async (): Promise<void> => {
    if (database?.migrations === undefined) throw new Error(`${name} owns no database`);
    const pool = createPool({
      connectionString: readDatabaseUrl(),
      max: 1,
      applicationName: `${name}-migrate`,
    });
    try {
      const ran = await migrate(pool, database.migrations);
      log.info({ ran }, 'the database is up to date');
    } finally {
      await pool.end();
    }
  };
  work().catch((error: unknown) => {
    log.fatal({ err: error }, 'the migration failed');
    process.exitCode = 1;
  });
}
