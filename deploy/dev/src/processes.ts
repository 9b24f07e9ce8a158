import { join } from 'node:path';
import type { InfrastructureUrls } from './infrastructure/infrastructure.ts';

export type ProcessName =
  | 'auth'
  | 'bids'
  | 'user-stats'
  | 'notifications'
  | 'relay-auth'
  | 'relay-bids'
  | 'consumer-user-stats'
  | 'consumer-notifications'
  | 'consumer-leaderboard'
  | 'nats-bridge'
  | 'bff';

export type DatabaseName =
  | 'gavel_auth'
  | 'gavel_bids'
  | 'gavel_stats'
  | 'gavel_notifications'
  | 'gavel_leaderboard';

/** What the environment of the processes is made from. */
export interface SystemContext {
  readonly urls: InfrastructureUrls;
  readonly ports: Readonly<Record<ProcessName, number>>;
  /** One URL per database, each with its owner role. */
  readonly databaseUrls: Readonly<Record<DatabaseName, string>>;
  /** The system's own folder: signing keys and the like live in it. */
  readonly directory: string;
}

/** One process of the system: what is run, where it answers, and what must answer before it is started. */
export interface ProcessDefinition {
  readonly name: ProcessName;
  /** The file that Node runs, from the project's root. */
  readonly entry: string;
  /** Whether people or other processes call it at its port; every process answers /healthz and /readyz there. */
  readonly serves: boolean;
  readonly startsAfter: readonly ProcessName[];
  readonly environment: (context: SystemContext) => Record<string, string>;
  /** Keys of the person's own environment that this process gets, and no other. */
  readonly keepsKeys?: readonly string[];
}

/** The one list of processes that always run. Start order, `make status`, logs and the bench all read it. */
export const processes: readonly ProcessDefinition[] = [
  {
    name: 'auth',
    entry: 'services/auth/src/main.ts',
    serves: true,
    startsAfter: [],
    environment: ({ urls, databaseUrls, directory }) => ({
      DATABASE_URL: databaseUrls.gavel_auth,
      REDIS_URL: urls.redisUrl,
      AUTH_SIGNING_KEYS_DIR: join(directory, 'signing-keys'),
    }),
  },
  {
    name: 'bids',
    entry: 'services/bids/src/main.ts',
    serves: true,
    startsAfter: [],
    environment: ({ urls, databaseUrls, ports, directory }) => ({
      DATABASE_URL: databaseUrls.gavel_bids,
      REDIS_URL: urls.redisUrl,
      AUTH_URL: httpUrl(ports.auth),
      // A storm of bids makes much that dies young: PlaceBid over RPC took 2,470/s with the preset and 3,140/s with this.
      NODE_OPTIONS: '--max-semi-space-size=64',
      PICTURES_DIRECTORY: join(directory, 'pictures'),
    }),
  },
  {
    name: 'user-stats',
    entry: 'services/user-stats/src/main.ts',
    serves: true,
    startsAfter: [],
    environment: ({ databaseUrls, ports }) => ({
      DATABASE_URL: databaseUrls.gavel_stats,
      AUTH_URL: httpUrl(ports.auth),
    }),
  },
  {
    name: 'notifications',
    entry: 'services/notifications/src/main.ts',
    serves: true,
    startsAfter: [],
    environment: ({ databaseUrls, ports }) => ({
      DATABASE_URL: databaseUrls.gavel_notifications,
      AUTH_URL: httpUrl(ports.auth),
    }),
  },
  {
    name: 'relay-auth',
    entry: 'services/outbox/src/relay/main.ts',
    serves: false,
    startsAfter: [],
    environment: ({ urls, databaseUrls }) => ({
      OUTBOX: 'auth',
      DATABASE_URL: databaseUrls.gavel_auth,
      ...broker(urls),
    }),
  },
  {
    name: 'relay-bids',
    entry: 'services/outbox/src/relay/main.ts',
    serves: false,
    startsAfter: [],
    environment: ({ urls, databaseUrls }) => ({
      OUTBOX: 'bids',
      DATABASE_URL: databaseUrls.gavel_bids,
      ...broker(urls),
    }),
  },
  {
    name: 'consumer-user-stats',
    entry: 'consumers/user-stats/src/main.ts',
    serves: false,
    startsAfter: ['relay-bids'],
    environment: ({ urls, databaseUrls }) => ({
      DATABASE_URL: databaseUrls.gavel_stats,
      // Keeps it under 200 MB while it reads a long backlog; see the consumer runtime's keepHeapSmall.
      NODE_OPTIONS: '--max-semi-space-size=8',
      ...broker(urls),
    }),
  },
  {
    name: 'consumer-notifications',
    entry: 'consumers/notifications/src/main.ts',
    serves: false,
    startsAfter: [],
    environment: ({ urls, ports, databaseUrls }) => ({
      DATABASE_URL: databaseUrls.gavel_notifications,
      AMQP_URL: urls.amqpUrl,
      WEB_URL: httpUrl(ports.bff),
    }),
    keepsKeys: ['SMTP_URL', 'SMTP_FROM'],
  },
  {
    name: 'consumer-leaderboard',
    entry: 'consumers/leaderboard/src/main.ts',
    serves: false,
    startsAfter: ['relay-bids'],
    environment: ({ urls, databaseUrls }) => ({
      DATABASE_URL: databaseUrls.gavel_leaderboard,
      REDIS_URL: urls.redisUrl,
      NODE_OPTIONS: '--max-semi-space-size=8',
      ...broker(urls),
    }),
  },
  {
    name: 'bff',
    entry: 'bff/main.ts',
    serves: true,
    startsAfter: ['auth', 'bids', 'user-stats', 'notifications'],
    environment: ({ urls, ports }) => ({
      NODE_ENV: 'production',
      AUTH_URL: httpUrl(ports.auth),
      BIDS_URL: httpUrl(ports.bids),
      USER_STATS_URL: httpUrl(ports['user-stats']),
      NOTIFICATIONS_URL: httpUrl(ports.notifications),
      AMQP_URL: urls.amqpUrl,
    }),
  },
];

/** Runs only when NATS is asked for. */
const natsBridge: ProcessDefinition = {
  name: 'nats-bridge',
  entry: 'consumers/nats-bridge/src/main.ts',
  serves: false,
  startsAfter: ['relay-auth', 'relay-bids'],
  environment: ({ urls }) => ({ STREAM_URL: urls.streamUrl, NATS_URL: urls.natsUrl ?? '' }),
};

/** The processes of a system with or without NATS. */
export function processesFor({ nats }: { nats: boolean }): readonly ProcessDefinition[] {
  return nats ? [...processes, natsBridge] : processes;
}

/** The definition of any process, asked for or not. */
export function findProcess(name: string): ProcessDefinition | undefined {
  return processesFor({ nats: true }).find((process) => process.name === name);
}

/** The programs that bring a database to the newest schema, in the order in which they run. */
export const migrations: readonly { readonly database: DatabaseName; readonly entry: string }[] = [
  { database: 'gavel_auth', entry: 'services/auth/src/migrate.ts' },
  { database: 'gavel_bids', entry: 'services/bids/src/migrate.ts' },
  { database: 'gavel_stats', entry: 'consumers/user-stats/src/migrate.ts' },
  { database: 'gavel_notifications', entry: 'consumers/notifications/src/migrate.ts' },
  { database: 'gavel_leaderboard', entry: 'consumers/leaderboard/src/migrate.ts' },
];

/** The base URL of a process on loopback. */
export function httpUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function broker(urls: InfrastructureUrls): Record<string, string> {
  return { AMQP_URL: urls.amqpUrl, STREAM_URL: urls.streamUrl };
}
