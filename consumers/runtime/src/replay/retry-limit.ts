import { BatchFailed, errorKind, isTransient } from '../application/isolate-failures.ts';
import type { ConsumerDefinition } from '../define-consumer.ts';

/** A batch could not be applied, and retries have not helped. The cause is the last error. */
export class ApplyFailed extends Error {
  override readonly name = 'ApplyFailed';
}

/** About half a minute of outage. The shadow stays, and another fill goes on from there. */
export const MOST_FAILURES = 12;
/** A batch of 1,000 that takes too long is halved this often until an event stands alone. */
const HALVINGS = 10;

/**
 * Limits how often the same batch may fail. A running consumer retries without a limit, as its health check shows the
 * problem; a replay has somebody waiting for it.
 */
export class RetryLimit {
  readonly #definition: ConsumerDefinition;
  #failures = 0;
  #timeouts = 0;

  constructor(definition: ConsumerDefinition) {
    this.#definition = definition;
  }

  /** Counts a failure. True if the batch may be tried again. */
  allows(error: unknown): boolean {
    const isHandlers = error instanceof BatchFailed;
    if (!isHandlers && !isTransient(this.#definition, error)) return false;
    // After a timeout the next try has half the work.
    if (!isHandlers && errorKind(error) === 'timeout' && this.#timeouts < HALVINGS) this.#timeouts += 1;
    else this.#failures += 1;
    return this.#failures < MOST_FAILURES + (this.#definition.onFailure.attempts ?? 0);
  }

  /** A batch was committed: the count starts again. */
  reset(): void {
    this.#failures = 0;
    this.#timeouts = 0;
  }
}
