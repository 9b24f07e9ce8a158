import { setTimeout as delay } from 'node:timers/promises';
import type { ServerExit } from '../infrastructure/infrastructure.ts';
import { backoffMs, failuresAfterRun } from './backoff.ts';

/** What a keeper keeps: a server of the infrastructure or a process of ours. */
export interface Runnable {
  readonly name: string;
  readonly pid: number | null;
  readonly logFile: string;
  /** Resolves when it answers; throws when it ended or did not answer in time. */
  start(): Promise<void>;
  stop(): Promise<void>;
  exited(): Promise<ServerExit>;
}

export type KeeperState = 'stopped' | 'starting' | 'running' | 'restarting' | 'stopping';

export interface LastExit {
  readonly at: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface KeeperOptions {
  /** Called after every change of state, pid or restart count. */
  readonly onChange: () => void;
  /** Told in one line of each crash and of each start after one. */
  readonly report: (line: string) => void;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Starts a runnable once, and starts it again, with growing pauses, each time it ends unasked. */
export class Keeper {
  readonly runnable: Runnable;
  readonly #options: KeeperOptions;
  readonly #ending = new AbortController();
  #state: KeeperState = 'stopped';
  #restarts = 0;
  #lastExit: LastExit | null = null;
  #loop: Promise<void> = Promise.resolve();

  constructor(runnable: Runnable, options: KeeperOptions) {
    this.runnable = runnable;
    this.#options = options;
  }

  get state(): KeeperState {
    return this.#state;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get lastExit(): LastExit | null {
    return this.#lastExit;
  }

  /** The first start. A failure here is thrown, and nothing is retried: somebody is watching. */
  async start(): Promise<void> {
    this.#become('starting');
    try {
      await this.runnable.start();
    } catch (error) {
      this.#become('stopped');
      throw error;
    }
    this.adopt();
  }

  /** Keeps something that was started already. */
  adopt(): void {
    this.#become('running');
    this.#loop = this.#keep();
  }

  /** Stops it for good. Harmless when it is down. */
  async stop(): Promise<void> {
    this.#become('stopping');
    this.#ending.abort();
    await this.runnable.stop();
    await this.#loop;
    this.#become('stopped');
  }

  async #keep(): Promise<void> {
    let failures = 0;
    while (!this.#ending.signal.aborted) {
      const began = performance.now();
      const exit = await this.runnable.exited();
      if (this.#ending.signal.aborted) return;
      failures = failuresAfterRun(failures, performance.now() - began);
      this.#record(exit);
      failures = await this.#startAgain(failures);
    }
  }

  #record(exit: ServerExit): void {
    this.#restarts += 1;
    this.#lastExit = { at: new Date().toISOString(), code: exit.code, signal: exit.signal };
    const how = exit.signal === null ? `exit code ${exit.code}` : exit.signal;
    this.#options.report(`${this.runnable.name} ended (${how}); restart ${this.#restarts}`);
    this.#become('restarting');
  }

  async #startAgain(failuresBefore: number): Promise<number> {
    const wait = this.#options.wait ?? ((ms, signal) => delay(ms, undefined, { signal }));
    for (let failures = failuresBefore; ; failures += 1) {
      await wait(backoffMs(Math.max(0, failures - 1)), this.#ending.signal).catch(() => undefined);
      if (this.#ending.signal.aborted) return failures;
      try {
        await this.runnable.start();
        this.#options.report(`${this.runnable.name} runs again (pid ${this.runnable.pid})`);
        this.#become('running');
        return failures;
      } catch (error) {
        if (this.#ending.signal.aborted) return failures;
        const why = error instanceof Error ? error.message : String(error);
        this.#options.report(`${this.runnable.name} could not be started again: ${why}`);
        // Alive but not answering: end it, so that the next start is a fresh one.
        await this.runnable.stop();
      }
    }
  }

  #become(state: KeeperState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
