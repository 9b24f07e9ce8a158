import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from '@gavel/postgres/pool';
import { createTestDatabase } from '@gavel/postgres/testing/test-database';
import { startService } from '@gavel/service-runtime/run-service';
import { inject } from 'vitest';
import { readAuthConfig } from '../config.ts';
import { authService } from '../main.ts';
import { authProcess } from '../process.ts';
import { type AuthClient, createAuthClient } from './auth-client.ts';

/** The whole service on a free port, with its own database and signing keys. */
export interface AuthUnderTest extends AuthClient {
  pool: Pool;
  /** The environment to start a process of the service with. */
  env: Record<string, string>;
  /** Starts another instance with the same database and signing keys, and with some changes to the environment. */
  startAnother(changes?: Record<string, string>): Promise<AuthClient>;
  stop(): Promise<void>;
}

/** Starts the service. Call `stop` in afterAll. `changes` are changes to the environment. */
export async function startAuthUnderTest(changes: Record<string, string> = {}): Promise<AuthUnderTest> {
  const database = await createTestDatabase(authProcess.database.migrations);
  const directory = await mkdtemp(join(tmpdir(), 'auth-keys-'));
  const stops: (() => Promise<void> | void)[] = [
    () => rm(directory, { recursive: true }),
    () => database.drop(),
  ];
  const env = {
    PORT: '0',
    DATABASE_URL: database.url,
    REDIS_URL: inject('infrastructure').redisUrl,
    AUTH_SIGNING_KEYS_DIR: join(directory, 'keys'),
    // Every test file counts under the same unknown address.
    AUTH_LIMIT_UNKNOWN_FACTOR: '100000',
    ...changes,
  };
  const start = async (more: Record<string, string>): Promise<AuthClient> => {
    const scope = { onStop: (_: string, stop: () => Promise<void> | void) => void stops.push(stop) };
    return createAuthClient(await startService(authService, readAuthConfig({ ...env, ...more }), scope));
  };
  return {
    ...(await start({})),
    pool: database.pool,
    env,
    startAnother: (more = {}) => start(more),
    async stop() {
      for (const stop of stops.toReversed()) await stop();
    },
  };
}
