import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databases, findProcess, type ProcessName } from '@gavel/processes';
import { databaseKey } from '@gavel/proto/process';
import type { PortName, ServerName } from '../infrastructure/infrastructure.ts';
import type { KeeperState, LastExit } from '../process-control/keeper.ts';
import { isAlive, startStamp } from '../process-control/process-table.ts';
import { processEnvironment } from './process-environment.ts';
import { httpUrl, type SystemContext } from './system-context.ts';

// The two files in which a running system tells others about itself: state.json for the make targets, connections.json for
// the `gavel` command line.

/** One server or process, as the supervisor last saw it. */
export interface KeptState {
  readonly name: string;
  readonly pid: number | null;
  /** Distinguishes this process from a later one with the same pid. */
  readonly stamp: string | null;
  readonly state: KeeperState;
  readonly restarts: number;
  readonly lastExit: LastExit | null;
  readonly logFile: string;
  /** Base URL of a process, or of a server with a web page; null for another server. */
  readonly url: string | null;
  /** Answers 2xx while it is ready; null for a server without a web page, which is asked in its own protocol. */
  readonly healthUrl: string | null;
  readonly port: number;
  /** Every port on which a server listens; absent for a process. */
  readonly ports?: Readonly<Partial<Record<PortName | 'smtp', number>>>;
}

export interface SystemState {
  readonly supervisor: { readonly pid: number; readonly stamp: string | null };
  readonly phase: 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';
  /** ISO 8601. */
  readonly startedAt: string;
  /** The latest reported lines, oldest first, with the milliseconds since the start. */
  readonly lines: readonly { readonly afterMs: number; readonly text: string }[];
  readonly failure: { readonly message: string; readonly wayOut: string; readonly log: string | null } | null;
  readonly kept: readonly KeptState[];
}

const STATE_FILE = 'state.json';
const CONNECTIONS_FILE = 'connections.json';

/** The state that the supervisor wrote last, or undefined when there is none. */
export async function readState(directory: string): Promise<SystemState | undefined> {
  const text = await readFile(join(directory, STATE_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as SystemState);
}

export async function writeState(directory: string, state: SystemState): Promise<void> {
  await replaceFile(join(directory, STATE_FILE), JSON.stringify(state));
}

/** Whether the process is still running, and is not another one with the same pid. */
export function stillRuns(process: { pid: number | null; stamp: string | null }): boolean {
  if (process.pid === null || !isAlive(process.pid)) return false;
  return process.stamp === null || startStamp(process.pid) === process.stamp;
}

/**
 * Writes the URLs of the servers, databases and processes, and where the archive is. The key of the database gavel_bids is
 * GAVEL_BIDS_URL. PROCESS_URLS holds all processes: `bff=http://… auth=http://…`.
 */
export async function writeConnections(
  context: SystemContext,
  processes: readonly ProcessName[],
): Promise<void> {
  const { directory, urls, ports, databaseUrls } = context;
  const archiver = findProcess('archiver');
  const connections = {
    STREAM_URL: urls.streamUrl,
    AMQP_URL: urls.amqpUrl,
    MANAGEMENT_URL: urls.managementUrl,
    REDIS_URL: urls.redisUrl,
    ...Object.fromEntries(Object.entries(databaseUrls).map(([name, url]) => [databaseKey(name), url])),
    ...(urls.natsUrl !== undefined && { NATS_URL: urls.natsUrl }),
    ...(archiver !== undefined && {
      ARCHIVE_LOCATION: processEnvironment(archiver, context, {}).ARCHIVE_LOCATION,
    }),
    PROCESS_URLS: processes.map((name) => `${name}=${httpUrl(ports[name])}`).join(' '),
  };
  await replaceFile(join(directory, CONNECTIONS_FILE), `${JSON.stringify(connections, undefined, 2)}\n`);
}

/** Where each server of a running system is asked how it is. */
export type ServerUrls = Readonly<Partial<Record<ServerName, string>>>;

/** The URLs of the servers of a system, as far as it has come with its start. */
export async function readServerUrls(directory: string): Promise<ServerUrls> {
  const text = await readFile(join(directory, CONNECTIONS_FILE), 'utf8').catch(() => '{}');
  const connections = JSON.parse(text) as Partial<Record<string, string>>;
  const urls = {
    // Any database of the server may be asked.
    postgres: databases.map(({ name }) => connections[databaseKey(name)])[0],
    rabbitmq: connections.MANAGEMENT_URL,
    redis: connections.REDIS_URL,
    nats: connections.NATS_URL,
  };
  return Object.fromEntries(Object.entries(urls).filter(([, url]) => url !== undefined));
}

/** Replaces the file in one step, so that nobody reads half of it. Only the launcher's user may read it: it may hold passwords. */
async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
