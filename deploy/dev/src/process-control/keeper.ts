import { delayBefore, pause } from '@gavel/resilience';
import type { PortName, ServerExit } from '../infrastructure/infrastructure.ts';
import { LaunchError } from '../launch-error.ts';

/** The delay before a restart doubles from 0.25 s to 10 s. It begins at 0.25 s again after the process ran for 30 s. */
const RESTART_BACK_OFF = { firstMs: 250, maxMs: 10_000 };
const STEADY_MS = 30_000;

/** What a keeper runs: a server of the infrastructure or a process of Gavel. */
export interface Runnable {
  readonly name: string;
  readonly pid: number | null;
  readonly logFile: string;
  /** Only of a server: its port for clients. */
  readonly port?: number;
  /** Only of a server: every port on which it listens. */
  readonly ports?: Readonly<Partial<Record<PortName | 'smtp', number>>>;
  /** Only of a server with a web page: its address, and one that answers 2xx while it is ready. */
  readonly page?: { readonly url: string; readonly readyUrl: string };
  /** Resolves when it answers. Throws when it ended or did not answer in time. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when the running process ends. */
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
  /** Receives one line per crash and one per restart. */
  readonly report: (line: string) => void;
  /** Replaces the pause before a restart in tests. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Starts a runnable, and restarts it whenever it ends by itself. The delay grows while it keeps failing. After `stop` it can be
 * started again.
 */
export class Keeper {
  readonly runnable: Runnable;
  readonly #options: KeeperOptions;
  /** Ends the current run, from a start to its stop. */
  #ending = new AbortController();
  #retired = false;
  #state: KeeperState = 'stopped';
  #restarts = 0;
  #lastExit: LastExit | null = null;
  #firstStart: Promise<void> = Promise.resolve();
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

  /**
   * The first start, or one after `stop`. Throws when it fails or when `stop` is called before it ends, and does not retry. Throws
   * after `retire`.
   */
  async start(): Promise<void> {
    if (this.#retired) throw this.#stopped();
    const ending = new AbortController();
    this.#ending = ending;
    this.#become('starting');
    this.#firstStart = this.runnable.start();
    try {
      await this.#firstStart;
    } catch (error) {
      this.#become('stopped');
      throw error;
    }
    // `stop` waits for this start and then stops the runnable.
    if (ending.signal.aborted) throw this.#stopped();
    this.adopt();
  }

  /** Takes over a runnable that is already running. */
  adopt(): void {
    this.#become('running');
    this.#loop = this.#keep(this.#ending.signal);
  }

  /** From now on the runnable is neither started nor restarted, and its end is not reported. It keeps running until `stop`. */
  retire(): void {
    this.#retired = true;
    this.#ending.abort();
  }

  /** Stops the runnable and does not restart it. Does nothing when it is not running. */
  async stop(): Promise<void> {
    this.#become('stopping');
    this.#ending.abort();
    await this.runnable.stop();
    await Promise.allSettled([this.#firstStart, this.#loop]);
    // A start that was under way may have succeeded after the first stop.
    await this.runnable.stop();
    this.#become('stopped');
  }

  async #keep(ending: AbortSignal): Promise<void> {
    let failures = 0;
    while (!ending.aborted) {
      const began = performance.now();
      const exit = await this.runnable.exited();
      if (ending.aborted) return;
      failures = performance.now() - began >= STEADY_MS ? 0 : failures + 1;
      this.#record(exit);
      failures = await this.#startAgain(failures, ending);
    }
  }

  #record(exit: ServerExit): void {
    this.#restarts += 1;
    this.#lastExit = { at: new Date().toISOString(), code: exit.code, signal: exit.signal };
    const how = exit.signal === null ? `exit code ${exit.code}` : exit.signal;
    this.#options.report(`${this.runnable.name} ended (${how}); restart ${this.#restarts}`);
    this.#become('restarting');
  }

  async #startAgain(failuresBefore: number, ending: AbortSignal): Promise<number> {
    const wait = this.#options.wait ?? pause;
    for (let failures = failuresBefore; ; failures += 1) {
      // No random part: all processes run on one machine, and a user may be waiting.
      await wait(delayBefore(Math.max(1, failures), RESTART_BACK_OFF, 1), ending);
      if (ending.aborted) return failures;
      try {
        await this.runnable.start();
        if (ending.aborted) return failures;
        this.#options.report(`${this.runnable.name} is running again (pid ${this.runnable.pid})`);
        this.#become('running');
        return failures;
      } catch (error) {
        if (ending.aborted) return failures;
        const why = error instanceof Error ? error.message : String(error);
        this.#options.report(`${this.runnable.name} could not be restarted: ${why}`);
        // It may be running without answering. Stop it, so that the next start begins with a new process.
        await this.runnable.stop();
      }
    }
  }

  #stopped(): LaunchError {
    return new LaunchError('command-failed', `${this.runnable.name} was stopped before it was ready.`, {
      wayOut: 'Run `make up` again.',
    });
  }

  #become(state: KeeperState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
