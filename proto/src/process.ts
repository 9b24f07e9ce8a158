// How a process describes itself. Each process package exports one descriptor from its `process.ts`; the launcher, `make
// status`, the command line, roles and secrets, and the README's table of processes are derived from these and from nothing
// else.

/** The tables of one package: migrations run in the order of their file names. */
export interface Migrations {
  /** Part of the name under which each migration is recorded, so it never changes. */
  readonly name: string;
  readonly directory: URL;
}

/** A Postgres database. Its name is also the name of its role. */
export interface DatabaseDescriptor {
  /** The name in Postgres, for example `gavel_bids`. */
  readonly name: string;
  /** Set by the one process that owns the tables; others read or write rows only. */
  readonly migrations?: readonly Migrations[];
}

/** A server that a process connects to. `stream` and `amqp` are the two listeners of one RabbitMQ. */
export type Connection = 'amqp' | 'stream' | 'redis' | 'nats';

/** Where the value of an environment variable comes from when Gavel is started. */
export type EnvironmentValue =
  | string
  /** The URL of a database, with its password: the process's own, or the one that is named. */
  | { readonly from: 'database'; readonly name?: string }
  /** The URL of a server, with its password. */
  | { readonly from: 'connection'; readonly to: Connection }
  /** The base URL of another process. */
  | { readonly from: 'process'; readonly name: string }
  /** A directory that is kept over restarts; `secret` when its files must stay private. */
  | { readonly from: 'directory'; readonly name: string; readonly secret: boolean };

export interface ProcessDescriptor {
  /** Unique; also the name in logs, traces and `make status`. */
  readonly name: string;
  readonly kind: 'service' | 'relay' | 'consumer' | 'bridge' | 'web';
  /** One line for people. */
  readonly summary: string;
  /** The program, from the project's root. `node <entry> migrate` brings its database to the newest schema, if it owns one. */
  readonly entry: string;
  /** Default port; every process answers /healthz, /readyz and /metrics there. */
  readonly port: number;
  readonly database?: DatabaseDescriptor;
  readonly environment: Readonly<Record<string, EnvironmentValue>>;
  /** Optional variables that a user may set for this process. No other process gets them. */
  readonly settings?: readonly string[];
  /** Names of processes that must be ready first. */
  readonly startsAfter: readonly string[];
  /** Runs only if the user has switched this on. */
  readonly onlyWith?: 'nats';
}

/** Values of environment variables, for descriptors. */
export const from = {
  database: { from: 'database' },
  databaseNamed: (name: string) => ({ from: 'database', name }) as const,
  amqp: { from: 'connection', to: 'amqp' },
  stream: { from: 'connection', to: 'stream' },
  redis: { from: 'connection', to: 'redis' },
  nats: { from: 'connection', to: 'nats' },
  process: (name: string) => ({ from: 'process', name }) as const,
  directory: (name: string) => ({ from: 'directory', name, secret: false }) as const,
  secretDirectory: (name: string) => ({ from: 'directory', name, secret: true }) as const,
} as const;

export type Engine = 'postgres' | 'rabbitmq' | 'redis' | 'nats';

/** The servers that a process needs. */
export function enginesOf({ environment }: ProcessDescriptor): ReadonlySet<Engine> {
  return new Set(Object.values(environment).flatMap((value) => engineOf(value) ?? []));
}

function engineOf(value: EnvironmentValue): Engine | undefined {
  if (typeof value === 'string') return undefined;
  if (value.from === 'database') return 'postgres';
  if (value.from !== 'connection') return undefined;
  return value.to === 'amqp' || value.to === 'stream' ? 'rabbitmq' : value.to;
}

/** `GAVEL_BIDS_URL` for the database gavel_bids: the variable with its URL, where the databases of several processes are given. */
export function databaseKey<N extends string>(name: N): `${Uppercase<N>}_URL` {
  return `${name.toUpperCase() as Uppercase<N>}_URL`;
}

/** The names of the databases that a process connects to. */
export function databasesOf({ database, environment }: ProcessDescriptor): readonly string[] {
  const names = Object.values(environment).flatMap((value) => {
    if (typeof value === 'string' || value.from !== 'database') return [];
    return value.name ?? database?.name ?? [];
  });
  return [...new Set(names)];
}

/** The environment variables of a process whose values are secret: URLs with passwords, directories with keys. */
export function secretsOf({ environment }: ProcessDescriptor): readonly string[] {
  return Object.entries(environment).flatMap(([key, value]) => (isSecret(value) ? [key] : []));
}

function isSecret(value: EnvironmentValue): boolean {
  if (typeof value === 'string' || value.from === 'process') return false;
  return value.from !== 'directory' || value.secret;
}
