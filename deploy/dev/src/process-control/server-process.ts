import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TimeoutError, withTimeout } from '@gavel/resilience';
import type { ServerExit } from '../infrastructure/infrastructure.ts';
import { LaunchError } from '../launch-error.ts';
import { type RunAs, wrapCommand } from './run-as.ts';

export interface ServerCommand {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logFile: string;
  readonly runAs: RunAs | undefined;
  /** Stops the process gracefully. The kernel sends it as well when the launcher ends. */
  readonly stopSignal: NodeJS.Signals;
  /** How long to wait for a graceful stop before SIGKILL. */
  readonly stopTimeoutMs: number;
}

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<ServerExit>;
  expected: boolean;
}

/** One child process with a log file. It can be started again after it ended. */
export class ServerProcess {
  readonly #command: ServerCommand;
  #running: Running | undefined;
  #stops = 0;

  constructor(command: ServerCommand) {
    this.#command = command;
  }

  get pid(): number | null {
    return this.#running?.child.pid ?? null;
  }

  /**
   * For a start of several steps, which must not continue after `stop` or `kill`.
   * @returns a function that says whether one of them was called since
   */
  watchStops(): () => boolean {
    const before = this.#stops;
    return () => this.#stops !== before;
  }

  /** Starts the process, if it is not running. Whether it works is found out by `waitUntil`. */
  spawn(): void {
    if (this.#running !== undefined) return;
    const { command, runAs, stopSignal, logFile, cwd, env } = this.#command;
    const [program = '', ...args] = wrapCommand(command, runAs, stopSignal);
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    // Its own session, so that Ctrl-C in the terminal reaches only the launcher, which stops the servers in order.
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    const exited = new Promise<ServerExit>((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        const expected = running.expected;
        if (this.#running === running) this.#running = undefined;
        resolve({ code, signal, expected });
      };
      child.once('exit', end);
      child.once('error', () => end(null, null));
    });
    const running: Running = { child, exited, expected: false };
    this.#running = running;
  }

  /** Resolves when the running process ends, and at once when none is running. */
  exited(): Promise<ServerExit> {
    return this.#running?.exited ?? Promise.resolve({ code: null, signal: null, expected: true });
  }

  /** Stops the process gracefully, and with SIGKILL after `stopTimeoutMs`. Does nothing when it is not running. */
  async stop(): Promise<void> {
    this.#stops += 1;
    const running = this.#running;
    if (running === undefined) return;
    running.expected = true;
    running.child.kill(this.#command.stopSignal);
    const { name, stopTimeoutMs } = this.#command;
    try {
      await withTimeout(`stopping ${name}`, stopTimeoutMs, running.exited);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      running.child.kill('SIGKILL');
      await running.exited;
    }
  }

  /** SIGKILL. Resolves when the process has ended. */
  async kill(): Promise<void> {
    this.#stops += 1;
    const running = this.#running;
    if (running === undefined) return;
    running.expected = true;
    running.child.kill('SIGKILL');
    await running.exited;
  }

  /**
   * Calls `ready` until it resolves to true.
   * @throws `server-died` when the process ends or is stopped before, `server-not-ready` after `timeoutMs`; both with the end of the log
   */
  async waitUntil(ready: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const { name, logFile } = this.#command;
    const deadline = Date.now() + timeoutMs;
    const isStopped = this.watchStops();
    let isReady = false;
    for (;;) {
      // Checked after `ready`, too: the process may end, or be asked to, while that waits for an answer.
      if (this.#running === undefined || isStopped()) {
        throw new LaunchError('server-died', `${name} ended while it was starting.`, {
          log: await lastLines(logFile),
          wayOut: `The whole log is ${logFile}.`,
        });
      }
      if (isReady) return;
      isReady = await ready();
      if (isReady) continue;
      if (Date.now() > deadline) {
        throw new LaunchError('server-not-ready', `${name} did not answer within ${timeoutMs / 1000} s.`, {
          log: await lastLines(logFile),
          wayOut: `The whole log is ${logFile}.`,
        });
      }
      await delay(50);
    }
  }
}

/** The last lines of a log. Empty when there is no log. */
export async function lastLines(file: string, count = 15): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
