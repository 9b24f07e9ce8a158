import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SystemContext } from '../processes.ts';

const fileName = 'connections.json';

/**
 * Writes where the running system's broker and databases answer, under the names that the `gavel` command line reads them
 * by (consumers/cli, `connections.ts`). The URLs carry passwords, so the file is for the launcher's user alone.
 */
export async function writeConnections({ directory, urls, databaseUrls }: SystemContext): Promise<void> {
  const file = join(directory, fileName);
  const connections = {
    STREAM_URL: urls.streamUrl,
    AMQP_URL: urls.amqpUrl,
    MANAGEMENT_URL: urls.managementUrl,
    AUTH_DATABASE_URL: databaseUrls.gavel_auth,
    BIDS_DATABASE_URL: databaseUrls.gavel_bids,
    STATS_DATABASE_URL: databaseUrls.gavel_stats,
    NOTIFICATIONS_DATABASE_URL: databaseUrls.gavel_notifications,
    LEADERBOARD_DATABASE_URL: databaseUrls.gavel_leaderboard,
    ...(urls.natsUrl !== undefined && { NATS_URL: urls.natsUrl }),
  };
  await writeFile(`${file}.new`, `${JSON.stringify(connections, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
