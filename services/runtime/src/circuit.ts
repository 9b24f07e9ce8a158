import { createLogger } from '@gavel/observability/logger';

/** Calls to something that may be away, or hang, and that one can do without. */
export interface Circuit {
  /** What the work resolves to; undefined when it fails, and at once while the circuit rests after a failure. */
  attempt<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export interface CircuitOptions {
  /** For the log. */
  readonly name: string;
  /** How long nobody is asked after a failure; 500 ms unless told. Then one call tries, and the others go on without. */
  readonly restMs?: number;
}

/**
 * Keeps a hanging server from costing every request its time-out: those under way when it hangs pay once, and then one
 * request in `restMs` does. The first failure of a series is logged, and the return.
 */
export function createCircuit({ name, restMs = 500 }: CircuitOptions): Circuit {
  const log = createLogger(name);
  let restsUntil = 0;
  let failing = false;
  let trying = false;

  return {
    async attempt(work) {
      if (failing && (trying || performance.now() < restsUntil)) return undefined;
      const isTrial = failing;
      if (isTrial) trying = true;
      try {
        const result = await work();
        if (failing) log.info('answers again');
        failing = false;
        return result;
      } catch (error) {
        if (!failing) log.warn({ err: error }, 'does not answer; going on without');
        failing = true;
        restsUntil = performance.now() + restMs;
        return undefined;
      } finally {
        if (isTrial) trying = false;
      }
    },
  };
}
