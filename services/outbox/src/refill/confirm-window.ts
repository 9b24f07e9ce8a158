/** Counts the messages that are sent and not confirmed, so that the sender can wait for room. */
export interface ConfirmWindow {
  /** Counts messages as sent. Resolves when more may be sent. Rejects after a failure. */
  sent(count: number): Promise<void>;
  confirmed(): void;
  failed(error: Error): void;
  /** Resolves when all messages are confirmed. */
  drained(): Promise<void>;
}

/** Allows `limit` unconfirmed messages plus one batch. Only for a single sender, which must await each call. */
export function createConfirmWindow(limit: number): ConfirmWindow {
  let unconfirmed = 0;
  let failure: Error | undefined;
  let waiting: { below: number; resolve: () => void; reject: (error: Error) => void } | undefined;
  const check = (): void => {
    if (!waiting) return;
    if (failure) waiting.reject(failure);
    else if (unconfirmed <= waiting.below) waiting.resolve();
    else return;
    waiting = undefined;
  };
  const until = (below: number): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting = { below, resolve, reject };
      check();
    });
  return {
    sent(count) {
      unconfirmed += count;
      return until(limit);
    },
    confirmed() {
      unconfirmed -= 1;
      check();
    },
    failed(error) {
      failure ??= error;
      check();
    },
    drained: () => until(0),
  };
}
