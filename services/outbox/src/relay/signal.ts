import { pause } from '@gavel/resilience';

/** A notification that is kept until a caller waits for it. */
export interface Signal {
  notify(): void;
  /** Resolves at once if there was a notification since the last wait, otherwise with the next one or after `ms`. */
  wait(ms: number): Promise<void>;
}

export function createSignal(): Signal {
  let pending = false;
  let waiting = new AbortController();
  return {
    notify() {
      pending = true;
      waiting.abort();
    },
    async wait(ms) {
      if (!pending) {
        waiting = new AbortController();
        await pause(ms, waiting.signal);
      }
      pending = false;
    },
  };
}
