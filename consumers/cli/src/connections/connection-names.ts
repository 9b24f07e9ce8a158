import { type DatabaseName, databases } from '@gavel/processes';
import { databaseKey } from '@gavel/proto/process';

const servers = ['STREAM_URL', 'AMQP_URL', 'MANAGEMENT_URL', 'NATS_URL', 'ARCHIVE_LOCATION'] as const;

export type DatabaseKey = ReturnType<typeof databaseKey<DatabaseName>>;

export type ConnectionName = (typeof servers)[number] | DatabaseKey | 'PROCESS_URLS';

/** The servers and processes that a command may connect to, by the name of their environment variable. */
export const connectionNames: readonly ConnectionName[] = [
  ...servers,
  ...databases.map(({ name }) => databaseKey(name)),
  'PROCESS_URLS',
];

/** `stream-url` for `STREAM_URL`. */
export function flagOf(name: ConnectionName): string {
  return name.toLowerCase().replaceAll('_', '-');
}
