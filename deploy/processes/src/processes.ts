import { archiverProcess } from '@gavel/archiver/process';
import { auditorProcess } from '@gavel/auditor-consumer/process';
import { authProcess } from '@gavel/auth-service/process';
import { bffProcess } from '@gavel/bff/process';
import { bidsProcess } from '@gavel/bids-service/process';
import type { ConsumerProcess } from '@gavel/consumer-runtime/consumer-process';
import { groupWatchProcess } from '@gavel/group-watch/process';
import { leaderboardProcess } from '@gavel/leaderboard-consumer/process';
import { natsBridgeProcess } from '@gavel/nats-bridge/process';
import { notificationsProcess } from '@gavel/notifications-consumer/process';
import { notificationsServiceProcess } from '@gavel/notifications-service/process';
import { authRelayProcess, bidsRelayProcess } from '@gavel/outbox/process';
import type { Migrations, ProcessDescriptor } from '@gavel/proto/process';
import { sellerStatsProcess } from '@gavel/seller-stats-consumer/process';
import { sellerStatsServiceProcess } from '@gavel/seller-stats-service/process';
import { userStatsProcess } from '@gavel/user-stats-consumer/process';
import { userStatsServiceProcess } from '@gavel/user-stats-service/process';

/** Every process of Gavel, in the order in which lists show them. A new process is listed only here. */
const everyProcess = [
  bffProcess,
  authProcess,
  bidsProcess,
  userStatsServiceProcess,
  notificationsServiceProcess,
  sellerStatsServiceProcess,
  authRelayProcess,
  bidsRelayProcess,
  userStatsProcess,
  notificationsProcess,
  leaderboardProcess,
  sellerStatsProcess,
  auditorProcess,
  archiverProcess,
  groupWatchProcess,
  natsBridgeProcess,
] as const;

export type ProcessName = (typeof everyProcess)[number]['name'];
type WithDatabase = Extract<(typeof everyProcess)[number], { database: unknown }>;
export type DatabaseName = WithDatabase['database']['name'];

/** A descriptor of the list. It names only processes of the list. */
export interface GavelProcess extends ProcessDescriptor {
  readonly name: ProcessName;
  readonly startsAfter: readonly ProcessName[];
}

export const processes: readonly GavelProcess[] = everyProcess;

/** The processes of a system with or without NATS. */
export function processesFor({ nats }: { readonly nats: boolean }): readonly GavelProcess[] {
  return processes.filter(({ onlyWith }) => onlyWith === undefined || nats);
}

export function findProcess(name: string): GavelProcess | undefined {
  return processes.find((process) => process.name === name);
}

/** The processes that run a consumer group. */
export const consumerProcesses: readonly (ConsumerProcess & WithDatabase)[] = everyProcess.filter(
  (process) => process.kind === 'consumer',
);

/** The processes that publish an outbox. */
export const relayProcesses = everyProcess.filter((process) => process.kind === 'relay');

/** A database with its tables. */
export interface Database {
  readonly name: DatabaseName;
  readonly migrations: readonly Migrations[];
}

/** Every database with the migrations of its owner. Throws when a database has no owner or two. */
export const databases: readonly Database[] = findDatabases(everyProcess);

function findDatabases(list: typeof everyProcess): readonly Database[] {
  const used = list.flatMap((process) => ('database' in process ? [process.database] : []));
  const owned = used.flatMap((database) => ('migrations' in database ? [database] : []));
  for (const { name } of used) {
    const owners = owned.filter((database) => database.name === name).length;
    if (owners !== 1)
      throw new Error(`database ${name} has ${owners} owners: one process must list its migrations`);
  }
  return owned;
}
