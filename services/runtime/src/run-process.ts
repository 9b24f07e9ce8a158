import { flushTelemetry } from '@gavel/observability/flush';
import { createLogger } from '@gavel/observability/logger';

/** Collects the stops of a process that is starting. */
export interface ProcessScope {
  /** Registers a stop. When the process ends, stops run one after the other, the last registered first. */
  onStop(what: string, stop: () => Promise<void> | void): void;
  /** Runs the stops and exits with code 1: for a failure that only a restart can repair. */
  fail(error: unknown): void;
}

// Kubernetes sends SIGKILL 30 s after SIGTERM; the launcher waits 15 s.
const STOP_DEADLINE_MS = 10_000;

/**
 * Runs a process from start to end. `start` builds it. SIGTERM or SIGINT runs the registered stops in reverse order and exits with
 * code 0. A failed start or an uncaught error is logged once and exits with code 1 after the same stops.
 */
export function runProcess(name: string, start: (scope: ProcessScope) => Promise<void>): void {
  const log = createLogger(name);
  const stops: { what: string; stop: () => Promise<void> | void }[] = [];
  let ending = false;

  const end = async (code: number): Promise<void> => {
    if (ending) return;
    ending = true;
    const deadline = setTimeout(() => {
      log.error({ waitingFor: stops.at(-1)?.what }, 'stop took too long');
      process.exit(1);
    }, STOP_DEADLINE_MS);
    let exitCode = code;
    for (let entry = stops.at(-1); entry; entry = stops.at(-1)) {
      try {
        await entry.stop();
      } catch (error) {
        log.error({ err: error, what: entry.what }, 'stop failed');
        exitCode = 1;
      }
      stops.pop();
    }
    clearTimeout(deadline);
    log.info({ exitCode }, 'stopped');
    await flushTelemetry();
    process.exit(exitCode);
  };

  const fail = (error: unknown, message: string): void => {
    if (!ending) log.fatal({ err: error }, message);
    void end(1);
  };

  process.once('SIGTERM', () => void end(0));
  process.once('SIGINT', () => void end(0));
  process.on('uncaughtException', (error) => fail(error, 'uncaught error'));
  process.on('unhandledRejection', (error) => fail(error, 'unhandled rejection'));

  start({
    onStop: (what, stop) => stops.push({ what, stop }),
    fail: (error) => fail(error, 'cannot continue'),
  }).then(
    () => log.info('started'),
    (error: unknown) => fail(error, 'start failed'),
  );
}
