import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SystemContext } from './system-context.ts';

const fileName = 'connections.json';

/**
 * Writes the URLs of the running system's broker and databases under the names by which the `gavel` command line reads them:
 * `GAVEL_BIDS_URL` for the database gavel_bids. The URLs hold passwords, so only the launcher's user may read the file.
 */
export async function writeConnections({ directory, urls, databaseUrls }: SystemContext): Promise<void> {
  const file = join(directory, fileName);
  const connections = {
    STREAM_URL: urls.streamUrl,
    AMQP_URL: urls.amqpUrl,
    MANAGEMENT_URL: urls.managementUrl,
    ...Object.fromEntries(
      Object.entries(databaseUrls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]),
    ),
    ...(urls.natsUrl !== undefined && { NATS_URL: urls.natsUrl }),
  };
  await writeFile(`${file}.new`, `${JSON.stringify(connections, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
