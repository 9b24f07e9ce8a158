import { BatchFailed, errorKind, isTransient } from '../application/isolate-failures.ts';
import type { ConsumerDefinition } from '../define-consumer.ts';

/** A batch could not be applied, and retries have not helped. The cause is the last error. */
export class ApplyFailed extends Error {
  override readonly name = 'ApplyFailed';
}

/**
 * Allows an outage of about half a minute. After that the replay fails; the shadow stays, and another fill continues
 * from there.
 */
export const MOST_FAILURES = 12;
/** The number of halvings until a batch of 1,000 events is down to one event. */
const HALVINGS = 10;

/**
 * Limits how often the same batch may fail. A running consumer retries without a limit, and its health check shows the
 * problem. A replay must fail, because a person waits for it.
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
    // After a timeout the next attempt has half the work.
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
