import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { environment } from '@gavel/dev/config';
import { Keeper } from '@gavel/dev/process-control/keeper';
import { answersOk, nodeProcess } from '@gavel/dev/process-control/node-process';
import { projectRoot } from '@gavel/dev/project-root';
import { processEnvironment } from '@gavel/dev/system/process-environment';
import { httpUrl, type SystemContext } from '@gavel/dev/system/system-context';
import type { GavelProcess, ProcessName } from '@gavel/processes';

/** The second instance of a process is called `relay-bids-2`. */
export type InstanceName = ProcessName | `${ProcessName}-2`;

export interface ProcessChange {
  readonly entry?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** One process of the system. The launcher restarts it when it dies (`Keeper`). */
export interface KeptProcess {
  readonly definition: GavelProcess;
  readonly instance: InstanceName;
  /** Base URL of this instance. */
  readonly url: string;
  readonly pid: number | null;
  readonly restarts: number;
  start(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  ready(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

interface KeepOptions {
  readonly instance: InstanceName;
  /** Added to the environment of every process. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** Changes to the process's definition. The environment here replaces the one there. */
  readonly change: ProcessChange;
  /** Where this instance serves its health. */
  readonly port: number;
  readonly logDirectory: string;
  readonly report: (line: string) => void;
}

/** Does not start the process; call `start`. */
export function keepProcess(
  definition: GavelProcess,
  context: SystemContext,
  options: KeepOptions,
): KeptProcess {
  const { instance: name, port, change } = options;
  const url = httpUrl(port);
  const readyUrl = `${url}/readyz`;
  const runnable = nodeProcess({
    name,
    entry: change.entry ?? definition.entry,
    cwd: projectRoot,
    env: {
      ...processEnvironment(definition, context, environment),
      PORT: String(port),
      ...options.env,
      ...change.env,
    },
    logFile: join(options.logDirectory, `${name}.log`),
    readyUrl,
  });
  // A keeper cannot start again after `stop`, so each start gets a new keeper.
  let keeper = new Keeper(runnable, { onChange: () => undefined, report: options.report });
  let restartsBefore = 0;
  const signal = (which: NodeJS.Signals): void => {
    if (runnable.pid !== null) process.kill(runnable.pid, which);
  };
  return {
    definition,
    instance: name,
    url,
    get pid() {
      return runnable.pid;
    },
    get restarts() {
      return restartsBefore + keeper.restarts;
    },
    start: () => keeper.start(),
    async kill(which) {
      const exited = runnable.exited();
      signal(which);
      await exited;
    },
    signal,
    async ready(timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      while (!(await answersOk(readyUrl))) {
        if (performance.now() > deadline)
          throw new Error(`${name} was not ready within ${timeoutMs / 1000} s`);
        await delay(50);
      }
    },
    async stop() {
      await keeper.stop();
      restartsBefore += keeper.restarts;
      keeper = new Keeper(runnable, { onChange: () => undefined, report: options.report });
    },
  };
}
