import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stopSystem } from '../commands/stop-system.ts';
import { environment } from '../config.ts';
import { chooseProvider } from '../infrastructure/choose-provider.ts';
import type { Infrastructure } from '../infrastructure/infrastructure.ts';
import { readInfrastructureConfig } from '../infrastructure/infrastructure-config.ts';
import { nativeProvider } from '../infrastructure/native/native-provider.ts';
import { removeServerHome } from '../infrastructure/native/server-home.ts';
import {
  type SingleServer,
  startPrivateNats,
  startPrivateRedis,
} from '../infrastructure/native/single-servers.ts';
import { isAlive } from '../process-control/process-table.ts';
import { gavelDirectory } from '../project-root.ts';

let counter = 0;

interface TestInfrastructureOptions {
  /** Use the provider that the environment chooses. Default: false, so that the servers are private and a test may kill them. */
  readonly allowExternal?: boolean;
  /** Default: false. */
  readonly fsync?: boolean;
  /** Also start a NATS server with JetStream. Default: false. */
  readonly nats?: boolean;
  readonly report?: (line: string) => void;
}

export interface TestServer extends SingleServer {
  /** Also removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts private servers with their data in `.gavel/test-<pid>-<n>`, for tests that stop or kill them. `stop()` also removes
 * the data. The servers end when this process ends, even after a kill -9.
 */
export async function startTestInfrastructure(
  options: TestInfrastructureOptions = {},
): Promise<Infrastructure> {
  const directory = await freshDirectory();
  const provider = options.allowExternal
    ? chooseProvider(environment).provider
    : nativeProvider(readInfrastructureConfig(environment));
  const infrastructure = await provider.start({
    directory,
    fsync: options.fsync ?? false,
    nats: options.nats ?? false,
    ...(options.report === undefined ? {} : { report: options.report }),
  });
  return {
    ...infrastructure,
    async stop() {
      await infrastructure.stop();
      await removeServerHome(directory);
    },
  };
}

/** A private NATS server without the other servers. Starts in a tenth of a second. */
export function startTestNats(): Promise<TestServer> {
  return startAlone(startPrivateNats);
}

/** A private Redis without the other servers. A test may kill, empty or freeze it. */
export function startTestRedis(): Promise<TestServer> {
  return startAlone(startPrivateRedis);
}

async function startAlone(start: typeof startPrivateNats): Promise<TestServer> {
  const directory = await freshDirectory();
  const single = await start(readInfrastructureConfig(environment), directory);
  return {
    ...single,
    async stop() {
      await single.server.stop();
      await removeServerHome(directory);
    },
  };
}

async function freshDirectory(): Promise<string> {
  await removeDeadRuns();
  counter += 1;
  const directory = join(gavelDirectory, `test-${process.pid}-${counter}`);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Removes what runs that were killed left behind. */
async function removeDeadRuns(): Promise<void> {
  mkdirSync(gavelDirectory, { recursive: true });
  for (const name of readdirSync(gavelDirectory)) {
    const pid = /^test-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const directory = join(gavelDirectory, name);
    await stopSystem(directory, () => undefined);
    await removeServerHome(directory);
  }
}
