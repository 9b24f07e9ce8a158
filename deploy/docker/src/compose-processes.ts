import { databases, type GavelProcess, processes } from '@gavel/processes';
import { databasesOf, type Engine, type EnvironmentValue, enginesOf } from '@gavel/proto/process';

/** A service of a compose file. */
type Service = Readonly<Record<string, unknown>>;

/** How a container waits for another one. */
type Condition = 'service_healthy' | 'service_completed_successfully';

const context = '../..';
const dockerfile = 'deploy/docker/Dockerfile';
const dataDirectory = '/data';
/** Users of the compose file look at /readyz and /metrics of each process on loopback. */
const host = '127.0.0.1';

/** The services of all processes, and one for each database's migration, in the form of a compose file. */
export function composeServices(): Readonly<Record<string, Service>> {
  return Object.fromEntries(
    processes.flatMap((descriptor) => {
      const service = [descriptor.name, composeService(descriptor)] as const;
      const { database } = descriptor;
      return database?.migrations === undefined ? [service] : [migration(descriptor), service];
    }),
  );
}

/** The names of all databases, separated by spaces, for `config/create-databases.sh`. */
export function databaseNames(): string {
  return databases.map(({ name }) => name).join(' ');
}

/** The directories of processes that outlive their containers. */
export function directoryNames(): readonly string[] {
  return processes.flatMap((descriptor) => directoriesOf(descriptor).map(({ name }) => name));
}

/** Prometheus's configuration: every process, and RabbitMQ. */
export function prometheusConfig(): Readonly<Record<string, unknown>> {
  const targets = processes.map(({ name, port }) => ({
    targets: [`${name}:${port}`],
    labels: { process: name },
  }));
  return {
    global: { scrape_interval: '15s' },
    alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] },
    scrape_configs: [
      { job_name: 'gavel', static_configs: targets },
      { job_name: 'rabbitmq', static_configs: [{ targets: ['rabbitmq:15692'] }] },
    ],
  };
}

/** The file for `docker buildx bake`: one image per process. */
export function bakeFile(): Readonly<Record<string, unknown>> {
  const targets = processes.map((descriptor) => [
    descriptor.name,
    {
      context: '.',
      dockerfile,
      args: { ...buildArguments(descriptor), VERSION: variable('TAG'), REVISION: variable('REVISION') },
      tags: [`${variable('REGISTRY')}/gavel-${descriptor.name}:${variable('TAG')}`],
    },
  ]);
  return {
    variable: { REGISTRY: { default: 'gavel' }, TAG: { default: 'dev' }, REVISION: { default: 'unknown' } },
    group: { default: { targets: processes.map(({ name }) => name) } },
    target: Object.fromEntries(targets),
  };
}

function composeService(descriptor: GavelProcess): Service {
  const { name, kind, port, onlyWith, startsAfter } = descriptor;
  const dependencies = new Map<string, Condition>();
  for (const engine of enginesOf(descriptor)) dependencies.set(engine, 'service_healthy');
  for (const migrated of migrationsFor(descriptor))
    dependencies.set(migrated, 'service_completed_successfully');
  for (const other of startsAfter) dependencies.set(other, 'service_healthy');
  const directories = directoriesOf(descriptor);
  return {
    ...container(descriptor),
    ...(onlyWith && { profiles: [onlyWith] }),
    environment: {
      PORT: String(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      ...environmentOf(descriptor),
      // The services accept the client's address from the web app, which is in one of Docker's networks.
      ...(name === 'auth' || name === 'bids'
        ? { [`${name.toUpperCase()}_TRUSTED_PEERS`]: '172.16.0.0/12,192.168.0.0/16' }
        : {}),
      ...(kind === 'web' && { PUBLIC_ORIGIN: `http://localhost:${port}` }),
      ...(descriptor.settings?.includes('SMTP_URL') && { SMTP_URL: 'smtp://mail:1025' }),
    },
    ports: [`${host}:${port}:${port}`],
    ...(directories.length > 0 && {
      volumes: directories.map(({ name }) => `${name}:${dataDirectory}/${name}`),
    }),
    depends_on: conditions(dependencies),
    restart: 'unless-stopped',
  };
}

/** The container that migrates the database of a process and ends. */
function migration(descriptor: GavelProcess): readonly [string, Service] {
  const service = {
    ...container(descriptor),
    command: ['migrate'],
    environment: { DATABASE_URL: databaseUrl(descriptor.name, descriptor.database?.name) },
    healthcheck: { disable: true },
    depends_on: conditions(new Map([['postgres', 'service_healthy']])),
    restart: 'on-failure',
  };
  return [`migrate-${descriptor.name}`, service];
}

/** What every container of Gavel has. */
function container(descriptor: GavelProcess): Service {
  return {
    image: `${variable('GAVEL_REGISTRY:-gavel')}/gavel-${descriptor.name}:${variable('GAVEL_TAG:-dev')}`,
    build: { context, dockerfile, args: buildArguments(descriptor) },
    read_only: true,
    tmpfs: [
      '/tmp',
      ...(descriptor.kind === 'web' ? ['/app/bff/.next/standalone/bff/.next/cache:uid=10001'] : []),
    ],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    stop_grace_period: '15s',
  };
}

function buildArguments({ name, kind }: GavelProcess): Readonly<Record<string, string>> {
  return { PROCESS: name, ...(kind === 'web' && { STAGE: 'with-web-app' }) };
}

/** The migrations of the databases of a process; another process may own the tables. */
function migrationsFor(descriptor: GavelProcess): string[] {
  const names = databasesOf(descriptor);
  return processes
    .filter(({ database }) => database?.migrations !== undefined && names.includes(database.name))
    .map((owner) => `migrate-${owner.name}`);
}

function conditions(dependencies: ReadonlyMap<string, Condition>): Service {
  return Object.fromEntries([...dependencies].map(([name, condition]) => [name, { condition }]));
}

function environmentOf(descriptor: GavelProcess): Record<string, string> {
  return Object.fromEntries(
    Object.entries(descriptor.environment).map(([key, value]) => [key, resolveValue(descriptor, value)]),
  );
}

function resolveValue(descriptor: GavelProcess, value: EnvironmentValue): string {
  if (typeof value === 'string') return value;
  switch (value.from) {
    case 'database':
      return databaseUrl(descriptor.name, value.name ?? descriptor.database?.name);
    case 'connection':
      return connectionUrls[value.to];
    case 'process':
      return processUrl(value.name);
    case 'directory':
      return `${dataDirectory}/${value.name}`;
  }
}

const password = variable('GAVEL_PASSWORD');
const connectionUrls: Readonly<Record<Exclude<Engine, 'postgres' | 'rabbitmq'> | 'amqp' | 'stream', string>> =
  {
    amqp: `amqp://gavel:${password}@rabbitmq:5672/%2F`,
    stream: `rabbitmq-stream://gavel:${password}@rabbitmq:5552/%2F`,
    redis: `redis://:${password}@redis:6379`,
    nats: 'nats://nats:4222',
  };

function databaseUrl(process: string, database: string | undefined): string {
  if (database === undefined) throw new Error(`${process} has no database`);
  return `postgres://${database}:${password}@postgres:5432/${database}`;
}

/** People follow a link to the web app, so it has the address on the host. */
function processUrl(name: string): string {
  const other = processes.find((each) => each.name === name);
  if (other === undefined) throw new Error(`there is no process ${name}`);
  return `http://${other.kind === 'web' ? 'localhost' : name}:${other.port}`;
}

function directoriesOf({ environment }: GavelProcess): { readonly name: string }[] {
  return Object.values(environment).flatMap((value) =>
    typeof value !== 'string' && value.from === 'directory' ? [{ name: value.name }] : [],
  );
}

/** `${NAME}`: what compose and bake replace by the value of a variable. */
function variable(name: string): string {
  return `\${${name}}`;
}
