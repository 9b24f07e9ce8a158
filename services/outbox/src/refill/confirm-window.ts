/** Counts what is sent and not confirmed, and lets its sender wait for room. */
export interface ConfirmWindow {
  /** So many more were sent; resolves when there is room for the next ones. Rejects once something failed. */
  sent(count: number): Promise<void>;
  confirmed(): void;
  failed(error: Error): void;
  /** Resolves when all that was sent is confirmed. */
  drained(): Promise<void>;
}

/** At most `limit` unconfirmed, and one batch. For one sender that awaits each call. */
export function createConfirmWindow(limit: number): ConfirmWindow {
  let unconfirmed = 0;
  let failure: Error | undefined;
  let waiting: { below: number; resolve: () => void; reject: (error: Error) => void } | undefined;
  const settle = (): void => {
    if (!waiting) return;
    if (failure) waiting.reject(failure);
    else if (unconfirmed <= waiting.below) waiting.resolve();
    else return;
    waiting = undefined;
  };
  const until = (below: number): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting = { below, resolve, reject };
      settle();
    });
  return {
    sent(count) {
      unconfirmed += count;
      return until(limit);
    },
    confirmed() {
      unconfirmed -= 1;
      settle();
    },
    failed(error) {
      failure ??= error;
      settle();
    },
    drained: () => until(0),
  };
}
