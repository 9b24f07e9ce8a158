import { createLogger } from '@gavel/observability/logger';
import { delayBefore } from '@gavel/resilience';

const log = createLogger('consumer');
const EVERY_MS = 3600_000;
/** A failed round is tried again soon: days that are not made fill the default partition meanwhile. */
const RETRY_PACE = { firstMs: 2_000, maxMs: 60_000 };

/** Does a piece of upkeep now and every hour. */
export class Housekeeping {
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopped = false;

  constructor(work: () => Promise<void>) {
    this.#work = work;
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    try {
      await this.#work();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1 && !this.#stopped)
        log.warn({ err: error }, 'processed events were not tidied; tried again within seconds');
    }
    if (this.#stopped) return;
    const wait = this.#failures === 0 ? EVERY_MS : delayBefore(this.#failures, RETRY_PACE);
    this.#timer = setTimeout(() => void this.#run(), wait);
    this.#timer.unref();
  }
}
