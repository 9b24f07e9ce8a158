import { SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import type { Checkpoint } from './checkpoint.ts';

/**
 * How long a stream may end before the checkpoint until that counts as a loss. After a failover a broker can answer from
 * a replica that is still catching up; this is longer than catching up takes, and longer than a broker takes to start.
 */
export const GRACE_MS = 30_000;

/**
 * Distinguishes a stream that is too short for a moment from one that was recreated. It applies only to a checkpoint with a
 * fingerprint: without one, a recreated stream that has grown past the offset would look like the old one.
 */
export class GracePeriod {
  readonly #ms: number;
  readonly #now: () => number;
  #since: number | undefined;

  constructor(ms: number, now: () => number = Date.now) {
    this.#ms = ms;
    this.#now = now;
  }

  /** True while the error may still disappear without intervention. Any other error ends the period. */
  covers(error: unknown, { fingerprint }: Checkpoint): boolean {
    const isShorter = error instanceof SubscriptionRefused && error.refusal.reason === 'stream-shorter';
    if (!isShorter || fingerprint === null) {
      this.end();
      return false;
    }
    this.#since ??= this.#now();
    return this.#now() - this.#since < this.#ms;
  }

  /** The stream could be read, or its loss was resolved. The next shortage starts a new period. */
  end(): void {
    this.#since = undefined;
  }
}
