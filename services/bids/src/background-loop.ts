import { createLogger } from '@gavel/observability/logger';
import { pause } from '@gavel/service-runtime/pause';

export interface BackgroundLoop {
  /** Resolves when the work under way has ended. */
  stop(): Promise<void>;
}

const AFTER_FAILURE_MS = 500;

/**
 * Runs `work` again and again, waiting as many milliseconds as it resolved to. A failure is logged when a series of
 * them begins, and again when work goes on; the loop itself goes on for ever, so a database may come back any time.
 */
export function startBackgroundLoop(name: string, work: () => Promise<number>): BackgroundLoop {
  const log = createLogger(name);
  const stopping = new AbortController();
  let failing = false;

  const once = async (): Promise<number> => {
    try {
      const waitMs = await work();
      if (failing) log.info('working again');
      failing = false;
      return waitMs;
    } catch (error) {
      if (!failing) log.error({ err: error }, 'failed; trying again until it works');
      failing = true;
      return AFTER_FAILURE_MS;
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) await pause(await once(), stopping.signal);
  };
  const ended = run();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
