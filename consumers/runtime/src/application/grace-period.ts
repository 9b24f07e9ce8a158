import { SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import type { Checkpoint } from './checkpoint.ts';

/**
 * How long a broker may say that a stream ends before the message that was applied last: after a failover it can speak for
 * a replica that was behind and is catching up. Longer than that takes, and than a broker takes to start.
 */
export const GRACE_MS = 30_000;

/**
 * Tells a stream that is too short for a moment from one that was made anew. Only for a checkpoint whose message is known:
 * without its mark nothing tells a stream that is whole again from a new one that has grown past the offset.
 */
export class GracePeriod {
  readonly #ms: number;
  readonly #now: () => number;
  #since: number | undefined;

  constructor(ms: number, now: () => number = Date.now) {
    this.#ms = ms;
    this.#now = now;
  }

  /** True while what ended a try to read may still pass by itself. Any other error begins a new period. */
  covers(error: unknown, { mark }: Checkpoint): boolean {
    const isShorter = error instanceof SubscriptionRefused && error.refusal.reason === 'stream-shorter';
    if (!isShorter || mark === null) {
      this.end();
      return false;
    }
    this.#since ??= this.#now();
    return this.#now() - this.#since < this.#ms;
  }

  /** The stream could be read, or what was wrong with it is settled. */
  end(): void {
    this.#since = undefined;
  }
}
