import { managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import pg from 'pg';
import type { System } from '../system/start-system.ts';

/** Ends every session of the bids database's owner: service and relay lose all theirs at once, in whatever statement. */
export async function cutDatabaseConnections({ infrastructure, databaseUrls }: System): Promise<void> {
  const admin = new pg.Client({ connectionString: infrastructure.urls.postgresUrl });
  await admin.connect();
  try {
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
      new URL(databaseUrls.gavel_bids).username,
    ]);
  } finally {
    await admin.end();
  }
}

/** Closes every connection of the broker, AMQP and stream alike. Returns how many there were. */
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
    // The list is some seconds old: its owner may have closed it meanwhile.
    if (!(error instanceof Error && error.message.includes('answered 404'))) throw error;
  }
}
