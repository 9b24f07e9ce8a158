import { setFlagsFromString } from 'node:v8';
import { createPool, type Pool } from '@gavel/postgres/pool';
import { requireWritable } from '@gavel/postgres/require-writable';
import { type Check, createHealth } from '@gavel/service-runtime/health';
import { sendJson, startHttpServer } from '@gavel/service-runtime/http-server';
import { runMigrations } from '@gavel/service-runtime/run-migrations';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/run-process';
import type { ConsumerConfig } from './config.ts';
import type { ConsumerProcess } from './consumer-process.ts';

/** The configuration and the parts with which a consumer is started. */
export interface ConsumerContext<C extends ConsumerConfig> extends Pick<ProcessScope, 'onStop'> {
  readonly config: C;
  readonly pool: Pool;
}

/** A started consumer, for example the result of `startConsumer` or `startQueueConsumer`. */
export interface StartedConsumer {
  /** Shown at /status. */
  status(): object;
  /** Throws while events are not being read. */
  check(): unknown;
  stop(): Promise<void>;
  /** Further conditions of readiness, by name. */
  readonly checks?: Readonly<Record<string, Check>>;
}

export interface ConsumerProgram<C extends ConsumerConfig> {
  readonly process: ConsumerProcess;
  readonly readConfig: (env?: NodeJS.ProcessEnv) => C;
  /** Starts the consumer. It registers a stop with `onStop` for everything else that it starts in the background. */
  readonly start: (context: ConsumerContext<C>) => StartedConsumer | Promise<StartedConsumer>;
}

/** Declares a consumer's process: one value that tests start in their own process and `runConsumer` starts as a process. */
export function defineConsumerProgram<C extends ConsumerConfig>(
  program: ConsumerProgram<C>,
): ConsumerProgram<C> {
  return program;
}

/**
 * Starts a consumer: pool, consumer, then the HTTP server with /healthz, /readyz and /status. They stop in the reverse order.
 * @returns the base URL of the HTTP server
 */
export async function startConsumerProgram<C extends ConsumerConfig>(
  { process, start }: ConsumerProgram<C>,
  config: C,
  { onStop }: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: process.name,
    max: config.DATABASE_POOL,
  });
  onStop('database', () => pool.end());
  const consumer = await start({ config, pool, onStop });
  onStop('consumer', () => consumer.stop());

  const health = createHealth();
  health.check('database', () => requireWritable(pool));
  health.check('consumer', () => consumer.check());
  for (const [name, check] of Object.entries(consumer.checks ?? {})) health.check(name, check);
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    handlers: { '/status': (_, response) => sendJson(response, 200, consumer.status()) },
  });
  onStop('http server', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

/** Runs a consumer as this process; with the argument `migrate` it migrates the consumer's database and ends. */
export function runConsumer<C extends ConsumerConfig>(program: ConsumerProgram<C>): void {
  if (process.argv[2] === 'migrate') {
    runMigrations(program.process);
    return;
  }
  keepHeapSmall();
  runProcess(program.process.name, async (scope) => {
    await startConsumerProgram(program, program.readConfig(), scope);
  });
}

/**
 * Limits the heap to its live size plus a third, for the whole process. By default V8 lets the heap grow to a multiple
 * before it collects. Reading a million events at 50,000 a second took 350 MB (RSS); 220 MB with this; 183 MB with this and
 * `--max-semi-space-size=8`, which only Node's command line can set.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=30');
}
