import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Pool } from '@gavel/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { type EventMessage, type ForeignProducer, openForeignProducer } from './foreign-producer.ts';

/** A consumer's `main.ts`, run as a process of its own on a database without tables. */
export interface ConsumerProgram {
  readonly database: TestDatabase;
  /** Runs the program with the argument `migrate`, and returns what it prints. */
  migrate(): Promise<string>;
  /** Starts the program, and resolves when it is ready. A test file runs one at a time. */
  start(): Promise<RunningProgram>;
}

export interface RunningProgram {
  /** Its base URL. */
  readonly url: string;
  readonly child: ChildProcess;
  /** Resolves with exit code and signal. */
  readonly ended: Promise<unknown[]>;
}

/** Creates the program's database for the test file. `environment` is read at each start. */
export function useConsumerProgram(main: URL, environment: () => Record<string, string>): ConsumerProgram {
  const parts: { database?: TestDatabase; child?: ChildProcess } = {};
  beforeAll(async () => {
    parts.database = await createTestDatabase([]);
  });
  afterAll(async () => {
    parts.child?.kill('SIGKILL');
    await parts.database?.drop();
  });
  const program = fileURLToPath(main);
  const env = (port: number) => ({
    ...process.env,
    LOG_LEVEL: 'info',
    PORT: String(port),
    DATABASE_URL: requireCreated(parts.database).url,
    ...environment(),
  });
  return {
    get database() {
      return requireCreated(parts.database);
    },
    async migrate() {
      const options = { env: env(await freePort()) };
      return (await promisify(execFile)(process.execPath, [program, 'migrate'], options)).stdout;
    },
    async start() {
      const port = await freePort();
      const child = spawn(process.execPath, [program], { env: env(port), stdio: 'ignore' });
      parts.child = child;
      const ended = once(child, 'exit');
      const url = `http://127.0.0.1:${port}`;
      await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
      return { url, child, ended };
    },
  };
}

/** The program of a stream consumer, with a producer on a virtual host of its own. */
export interface StreamProgram extends ConsumerProgram {
  readonly producer: ForeignProducer;
}

/** `settings` are variables in addition to those of the database and the stream. */
export function useStreamProgram(
  main: URL,
  settings: (urls: ForeignProducer['urls']) => Record<string, string> = () => ({}),
): StreamProgram {
  const parts: { producer?: ForeignProducer } = {};
  const producer = () => requireCreated(parts.producer);
  beforeAll(async () => {
    parts.producer = await openForeignProducer();
  });
  // Hooks registered later run earlier at the end: the program ends before its virtual host is deleted.
  afterAll(() => parts.producer?.close());
  const program = useConsumerProgram(main, () => {
    const { urls } = producer();
    return { STREAM_URL: urls.streamUrl, ...settings(urls) };
  });
  return {
    get database() {
      return program.database;
    },
    get producer() {
      return producer();
    },
    migrate: program.migrate,
    start: program.start,
  };
}

/** What the test of a stream consumer's program needs to know about it. */
export interface StreamProgramExpectations {
  /** The group's name. */
  readonly name: string;
  /** A migration that `migrate` prints. */
  readonly migration: string;
  /** One more event that counts. */
  readonly nextEvent: () => EventMessage;
  /** How many of these events the projection has counted. */
  readonly readCount: (pool: Pool) => Promise<bigint | undefined>;
}

/** The test that every stream consumer's program passes. */
export function itRunsAsProcess(program: StreamProgram, expected: StreamProgramExpectations): void {
  it('migrates, reads, reports its status, finishes on SIGTERM and continues from its checkpoint', async () => {
    expect(await program.migrate()).toContain(expected.migration);
    for (const count of [1n, 2n]) {
      const { url, child, ended } = await program.start();
      const event = expected.nextEvent();
      await program.producer.send(event.partition, [event]);
      await eventually(async () => expect(await expected.readCount(program.database.pool)).toBe(count));
      const status = (await (await fetch(`${url}/status`)).json()) as { partitions: unknown[] };
      expect(status).toMatchObject({ consumer: expected.name });
      expect(status.partitions).toHaveLength(4);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    }
  });
}

function requireCreated<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('available only inside a test');
  return part;
}
