import { BatchFailed, errorKind, isCuredByWaiting } from '../application/handle-events.ts';
import type { ConsumerDefinition } from '../define-consumer.ts';

/** Applying failed, and trying again has not helped; the cause says why. */
export class ApplyFailed extends Error {
  override readonly name = 'ApplyFailed';
}

/** About half a minute of outage; the shadow stays, and another fill goes on from there. */
export const MOST_FAILURES = 12;
/** A batch of 1,000 that takes too long is halved so often until an event stands alone. */
const HALVINGS = 10;

/**
 * How often the same batch may fail. A running consumer tries for as long as it takes, as somebody who looks at its health
 * can see; a replay has somebody waiting for it.
 */
export class Patience {
  readonly #definition: ConsumerDefinition;
  #failures = 0;
  #timeouts = 0;

  constructor(definition: ConsumerDefinition) {
    this.#definition = definition;
  }

  /** True when another try of the batch is worth it. */
  allows(error: unknown): boolean {
    const isHandlers = error instanceof BatchFailed;
    if (!isHandlers && !isCuredByWaiting(this.#definition, error)) return false;
    // The next try has half the work.
    if (!isHandlers && errorKind(error) === 'timeout' && this.#timeouts < HALVINGS) this.#timeouts += 1;
    else this.#failures += 1;
    return this.#failures < MOST_FAILURES + (this.#definition.onFailure.attempts ?? 0);
  }

  /** A batch was committed. */
  renew(): void {
    this.#failures = 0;
    this.#timeouts = 0;
  }
}
