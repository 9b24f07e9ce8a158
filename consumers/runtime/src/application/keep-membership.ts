import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@gavel/observability/logger';

const log = createLogger('consumer');
const HEARTBEAT_MS = 2_000;

/** What a member tells of itself and asks of its group, again and again. */
export interface MembershipStore {
  beat(): Promise<void>;
  /** Which partitions are paused. */
  readPauses(): Promise<(partition: string) => boolean>;
  leave(): Promise<void>;
}

/** A member's standing in its group's own records, beside the broker's. */
export class Membership {
  readonly #store: MembershipStore;
  readonly #onPauses: (isPaused: (partition: string) => boolean) => void;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;

  /** @param onPauses called after each look, every two seconds while the database answers */
  constructor(store: MembershipStore, onPauses: (isPaused: (partition: string) => boolean) => void) {
    this.#store = store;
    this.#onPauses = onPauses;
    this.#done = this.#run();
  }

  /** Looks at once instead of with the next heartbeat. Throws when the database does not answer. */
  async look(): Promise<void> {
    this.#onPauses(await this.#store.readPauses());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
    // Left undone while the database is away, the record is believed for ten seconds more.
    await this.#store.leave().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.look();
        await this.#store.beat();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn({ err: error }, 'no heartbeat could be written');
      }
      // Aborting is how the wait ends early.
      await sleep(HEARTBEAT_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
