import { type DatabaseName, databases } from '@gavel/processes';

const servers = ['STREAM_URL', 'AMQP_URL', 'MANAGEMENT_URL', 'NATS_URL', 'ARCHIVE_LOCATION'] as const;

/** `GAVEL_BIDS_URL` for the database gavel_bids. */
export type DatabaseKey = `${Uppercase<DatabaseName>}_URL`;

export type ConnectionName = (typeof servers)[number] | DatabaseKey;

/** The servers that a command may connect to, by the name of their environment variable. */
export const connectionNames: readonly ConnectionName[] = [
  ...servers,
  ...databases.map(({ name }) => databaseKey(name)),
];

/** The environment variable that holds the URL of a database. */
export function databaseKey(name: DatabaseName): DatabaseKey {
  return `${name.toUpperCase() as Uppercase<DatabaseName>}_URL`;
}

/** `stream-url` for `STREAM_URL`. */
export function flagOf(name: ConnectionName): string {
  return name.toLowerCase().replaceAll('_', '-');
}
