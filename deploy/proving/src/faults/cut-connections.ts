import { managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { createPool } from '@gavel/postgres/pool';
import { isTransient } from '@gavel/postgres/sqlstate';
import type { System } from '../system/start-system.ts';

/**
 * Ends sessions of the bids database's owner, also during a statement: all sessions, or those of one application.
 */
export async function cutDatabaseConnections(
  { infrastructure, databaseUrls }: System,
  application?: string,
): Promise<void> {
  const pool = createPool({
    connectionString: infrastructure.urls.postgresUrl,
    applicationName: 'proving',
    max: 1,
  });
  try {
    await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE usename = $1 AND application_name = coalesce($2, application_name)`,
      [new URL(databaseUrls.gavel_bids).username, application ?? null],
    );
  } finally {
    await pool.end();
  }
}

/** The pid of the relay that last became leader, from its own record; undefined while the database does not answer. */
export async function outboxHolder({ databaseUrls }: System): Promise<string | undefined> {
  const pool = createPool({ connectionString: databaseUrls.gavel_bids, applicationName: 'proving', max: 1 });
  try {
    const { rows } = await pool.query<{ holder: string | null }>('SELECT holder FROM outbox_relay');
    return rows[0]?.holder?.split(':').at(-1);
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw error;
  } finally {
    await pool.end();
  }
}

/** Closes every connection of the broker, AMQP and stream. Returns their number. */
export async function cutBrokerConnections({ infrastructure }: System): Promise<number> {
  const { managementUrl } = infrastructure.urls;
  const connections = (await managementRequest(managementUrl, 'GET', '/api/connections')) as {
    name: string;
  }[];
  await Promise.all(connections.map(({ name }) => closeConnection(managementUrl, name)));
  return connections.length;
}

async function closeConnection(managementUrl: string, name: string): Promise<void> {
  try {
    await managementRequest(managementUrl, 'DELETE', `/api/connections/${encodeURIComponent(name)}`);
  } catch (error) {
    // The list may be some seconds old, and the connection already closed.
    if (!(error instanceof Error && error.message.includes('answered 404'))) throw error;
  }
}
