import type { Runnable } from './keeper.ts';
import { ServerProcess } from './server-process.ts';

export interface NodeProcessOptions {
  readonly name: string;
  /** The file that Node runs, relative to `cwd`. */
  readonly entry: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Polled until it answers 2xx. */
  readonly readyUrl: string;
  readonly readyTimeoutMs?: number;
  /** Modules loaded before the entry. */
  readonly preload?: readonly string[];
}

/** A process of ours: Node with telemetry preloaded, ready when its readiness URL says so. */
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

/** Whether a URL answers with a 2xx within two seconds. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
