import type { ConnectRouter, Interceptor } from '@connectrpc/connect';
import { createSecurityLog } from '@gavel/observability/security-log';
import { createPool, type Pool, type PoolOptions } from '@gavel/postgres/pool';
import { requireWritable } from '@gavel/postgres/require-writable';
import type { ProcessDescriptor } from '@gavel/proto/process';
import type { TokenVerifier } from './caller.ts';
import { type AddressClues, createAddressResolver } from './client-address.ts';
import type { ServiceConfig } from './config.ts';
import { type Check, createHealth } from './health.ts';
import { type HttpServerOptions, startHttpServer } from './http-server.ts';
import { serviceInterceptors } from './interceptors.ts';
import type { LogSecurityOptions, MethodEvents } from './log-security.ts';
import { runMigrations } from './run-migrations.ts';
import { type ProcessScope, runProcess } from './run-process.ts';

/** What `build` receives. */
export interface ServiceContext<C extends ServiceConfig> extends Pick<ProcessScope, 'onStop'> {
  readonly config: C;
  readonly pool: Pool;
}

/** The parts that differ from service to service. */
export interface ServiceParts {
  readonly routes: (router: ConnectRouter) => void;
  readonly verify: TokenVerifier;
  /** The address to count and log a request under. Default: peers on this machine may name their client. */
  readonly resolveAddress?: (clues: AddressClues) => string | undefined;
  /** What the security log gets from single methods, by their names. */
  readonly securityEvents?: Readonly<Record<string, MethodEvents>>;
  /** They run after the interceptors of every service. */
  readonly interceptors?: readonly Interceptor[];
  readonly handlers?: HttpServerOptions['handlers'];
  /** The largest request in bytes, by `package.Service/Method`. Other requests have at most 256 KiB. */
  readonly uploads?: Readonly<Record<string, number>>;
  /** Readiness checks by name, in addition to the database's. */
  readonly checks?: Readonly<Record<string, Check>>;
}

export interface Service<C extends ServiceConfig> {
  readonly process: ProcessDescriptor;
  readonly readConfig: (env?: NodeJS.ProcessEnv) => C;
  readonly pool?: Pick<PoolOptions, 'lockTimeoutMs'>;
  /** The service never writes, so it is ready while the database is read-only. */
  readonly readsOnly?: true;
  /** Builds the parts. It registers a stop with `onStop` for everything that it starts. */
  readonly build: (context: ServiceContext<C>) => ServiceParts | Promise<ServiceParts>;
}

/** Declares a service. `runService` runs it as a process, and tests start it in their own process with `startService`. */
export function defineService<C extends ServiceConfig>(service: Service<C>): Service<C> {
  return service;
}

/**
 * Starts a service: pool, health, parts, then the HTTP server. They stop in the reverse order.
 * @returns its base URL
 */
export async function startService<C extends ServiceConfig>(
  service: Service<C>,
  config: C,
  { onStop }: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: service.process.name,
    max: config.DATABASE_POOL,
    ...service.pool,
  });
  onStop('database', () => pool.end());
  const health = createHealth();
  health.check('database', async () => {
    if (service.readsOnly) await pool.query('SELECT 1');
    else await requireWritable(pool);
  });

  const parts = await service.build({ config, pool, onStop });
  for (const [name, check] of Object.entries(parts.checks ?? {})) health.check(name, check);
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    routes: parts.routes,
    interceptors: [...serviceInterceptors(parts.verify, securityOf(parts)), ...(parts.interceptors ?? [])],
    handlers: parts.handlers ?? {},
    uploads: { verify: parts.verify, methods: parts.uploads ?? {} },
  });
  onStop('http server', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

/** Runs a service as this process. With the argument `migrate` it migrates the service's database and exits. */
export function runService<C extends ServiceConfig>(service: Service<C>): void {
  if (process.argv[2] === 'migrate') {
    runMigrations(service.process);
    return;
  }
  runProcess(service.process.name, async (scope) => {
    await startService(service, service.readConfig(), scope);
  });
}

function securityOf({ resolveAddress, securityEvents }: ServiceParts): LogSecurityOptions {
  return {
    log: createSecurityLog(),
    resolveAddress: resolveAddress ?? createAddressResolver(['127.0.0.0/8', '::1/128']),
    methods: securityEvents ?? {},
  };
}
