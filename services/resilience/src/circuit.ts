import { createLogger } from '@gavel/observability/logger';
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll, isBrokenCircuitError } from 'cockatiel';

/** Calls to an optional server that may be unavailable or may not answer, such as a cache. */
export interface Circuit {
  /** The result of `work`. Undefined when it fails, and at once while the circuit is open after a failure. */
  attempt<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export interface CircuitOptions {
  /** The logger's name. */
  readonly name: string;
  /** How long the circuit stays open after a failure, in milliseconds. Default: 500. */
  readonly restMs?: number;
}

/**
 * Prevents a server that does not answer from delaying every request by its timeout. The first failure opens the circuit. After
 * `restMs` one trial call goes through, and a success closes the circuit again. Other calls never wait for the trial call.
 * Logs the first failure of a series, and the recovery.
 */
export function createCircuit({ name, restMs = 500 }: CircuitOptions): Circuit {
  const log = createLogger(name);
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(1) });
  let failing = false;
  breaker.onReset(() => {
    failing = false;
    log.info('answers again');
  });

  return {
    async attempt(work) {
      // A trial call is running. Cockatiel would let this call wait for its result.
      if (breaker.state === CircuitState.HalfOpen) return undefined;
      try {
        return await breaker.execute(work);
      } catch (error) {
        if (!isBrokenCircuitError(error) && !failing) {
          failing = true;
          log.warn({ err: error }, 'does not answer; continuing without it');
        }
        return undefined;
      }
    },
  };
}
