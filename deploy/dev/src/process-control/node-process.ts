import type { Runnable } from './keeper.ts';
import { ServerProcess } from './server-process.ts';

export interface NodeProcessOptions {
  readonly name: string;
  /** The file that Node runs, relative to `cwd`. */
  readonly entry: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** The process is ready when this URL answers 2xx. */
  readonly readyUrl: string;
  /** Only of the mail catcher. */
  readonly addresses?: Pick<Runnable, 'page' | 'ports'>;
  /** Default: 60 s. */
  readonly readyTimeoutMs?: number;
  /** Modules that are loaded before the entry. Default: telemetry. */
  readonly preload?: readonly string[];
}

/** A process of Gavel, as something that a keeper can run. */
export function nodeProcess(options: NodeProcessOptions): Runnable {
  const { name, logFile, readyUrl, env } = options;
  const preload = (options.preload ?? ['@gavel/observability/preload']).flatMap((module) => [
    '--import',
    module,
  ]);
  const child = new ServerProcess({
    name,
    command: [process.execPath, '--enable-source-maps', ...preload, options.entry],
    env,
    cwd: options.cwd,
    logFile,
    runAs: undefined,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 15_000,
  });
  return {
    ...options.addresses,
    name,
    logFile,
    get pid() {
      return child.pid;
    },
    async start() {
      child.spawn();
      await child.waitUntil(() => answersOk(readyUrl), options.readyTimeoutMs ?? 60_000);
    },
    stop: () => child.stop(),
    exited: () => child.exited(),
  };
}

/** Whether a URL answers 2xx within two seconds. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
