import { type DatabaseName, databases } from '@gavel/processes';
import { databaseKey } from '@gavel/proto/process';

const servers = ['STREAM_URL', 'AMQP_URL', 'MANAGEMENT_URL', 'NATS_URL', 'ARCHIVE_LOCATION'] as const;

export type DatabaseKey = ReturnType<typeof databaseKey<DatabaseName>>;

export type ConnectionName = (typeof servers)[number] | DatabaseKey;

/** The servers that a command may connect to, by the name of their environment variable. */
export const connectionNames: readonly ConnectionName[] = [
  ...servers,
  ...databases.map(({ name }) => databaseKey(name)),
];

/** `stream-url` for `STREAM_URL`. */
export function flagOf(name: ConnectionName): string {
  return name.toLowerCase().replaceAll('_', '-');
}
