import { join } from 'node:path';
import type { Running } from '@gavel/resilience';
import { environment, readDevConfig } from '../config.ts';
import { LaunchError } from '../launch-error.ts';
import { rotateLogs } from '../process-control/log-rotation.ts';
import { startStamp } from '../process-control/process-table.ts';
import { createProcessControl } from './control-process.ts';
import { listenForControl } from './control-socket.ts';
import { describeKept } from './describe-kept.ts';
import { System } from './system.ts';
import { type SystemState, writeState } from './system-files.ts';

// The background process that `make up` starts. It runs every server and process, and writes their state to state.json, which the
// make targets read.

const rotateEveryMs = 5_000;
const largestLogBytes = 10_000_000;
const keptLines = 200;

const config = readDevConfig(environment);
const began = Date.now();
const supervisor = { pid: process.pid, stamp: startStamp(process.pid) ?? null };

let phase: SystemState['phase'] = 'starting';
let failure: SystemState['failure'] = null;
const lines: { afterMs: number; text: string }[] = [];

const system = new System({
  config,
  env: environment,
  onChange: () => publish(),
  report(text) {
    lines.push({ afterMs: Date.now() - began, text });
    lines.splice(0, lines.length - keptLines);
    process.stdout.write(`${new Date().toISOString()} ${text}\n`);
    publish();
  },
});

let control: Running | undefined;

// One write at a time. A change during a write causes one more.
let writing: Promise<void> | undefined;
let changed = false;

function publish(): void {
  changed = true;
  writing ??= writeWhileChanged().finally(() => {
    writing = undefined;
  });
}

async function writeWhileChanged(): Promise<void> {
  while (changed) {
    changed = false;
    const startedAt = new Date(began).toISOString();
    const kept = system.kept.map((keeper) => describeKept(keeper, config));
    await writeState(config.directory, { supervisor, phase, startedAt, lines, failure, kept });
  }
}

async function published(): Promise<void> {
  publish();
  while (writing !== undefined) await writing;
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (phase === 'stopping' || phase === 'failed') return;
  phase = 'stopping';
  await control?.stop();
  process.stdout.write(`${new Date().toISOString()} ${signal}: stopping\n`);
  publish();
  await system.stop();
  phase = 'stopped';
  await published();
  process.exit(0);
}

process.on('SIGTERM', (signal) => void end(signal));
process.on('SIGINT', (signal) => void end(signal));

publish();
const rotation = setInterval(async () => {
  const folders = new Set(system.kept.map((keeper) => join(keeper.runnable.logFile, '..')));
  for (const folder of folders) await rotateLogs(folder, largestLogBytes);
}, rotateEveryMs);

try {
  await system.start();
  if (phase === 'starting') {
    control = await listenForControl(
      config.directory,
      createProcessControl(() => system.kept),
    );
    phase = 'running';
  }
  await published();
} catch (error) {
  clearInterval(rotation);
  if (phase === 'starting') {
    phase = 'failed';
    failure = describeFailure(error);
    console.error(error);
    await published();
    process.exit(1);
  }
}

function describeFailure(error: unknown): NonNullable<SystemState['failure']> {
  if (error instanceof LaunchError) {
    return { message: error.message, wayOut: error.wayOut, log: error.log ?? null };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message, wayOut: 'Read the log of the supervisor: `make logs NAME=supervisor`.', log: null };
}
