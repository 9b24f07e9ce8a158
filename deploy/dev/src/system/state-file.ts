import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeeperState, LastExit } from '../process-control/keeper.ts';
import { isAlive, startStamp } from '../process-control/process-table.ts';

export interface KeptState {
  readonly name: string;
  readonly pid: number | null;
  /** Tells this process from a later one with the same pid. */
  readonly stamp: string | null;
  readonly state: KeeperState;
  readonly restarts: number;
  readonly lastExit: LastExit | null;
  readonly logFile: string;
  /** Where people and processes call it; null when nobody does. */
  readonly url: string | null;
  /** Answers 2xx when it is well; null for servers, which are asked by connecting to `port`. */
  readonly healthUrl: string | null;
  readonly port: number;
}

export interface SystemState {
  readonly supervisor: { readonly pid: number; readonly stamp: string | null };
  readonly phase: 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';
  readonly startedAt: string;
  /** What was reported so far, oldest first, with the milliseconds since the start. */
  readonly lines: readonly { readonly afterMs: number; readonly text: string }[];
  readonly failure: { readonly message: string; readonly wayOut: string; readonly log: string | null } | null;
  readonly kept: readonly KeptState[];
}

const fileName = 'state.json';

/** The state that the supervisor wrote last, or undefined when there never was one. */
export async function readState(directory: string): Promise<SystemState | undefined> {
  const text = await readFile(join(directory, fileName), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as SystemState);
}

/** Replaces the state file in one step, so that readers never see half of it. */
export async function writeState(directory: string, state: SystemState): Promise<void> {
  const file = join(directory, fileName);
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Whether the very process that this state speaks of still lives. */
export function stillRuns(process: { pid: number | null; stamp: string | null }): boolean {
  if (process.pid === null || !isAlive(process.pid)) return false;
  return process.stamp === null || startStamp(process.pid) === process.stamp;
}
