import type { HashTurns } from '../application/ports.ts';

export interface HashTurnLimits {
  /** Most pieces of work at once. */
  concurrency: number;
  /** Most pieces of work that wait; one more is turned away. */
  queue: number;
}

/** Turns in order of arrival, within this process. */
export function createHashTurns(limits: HashTurnLimits): HashTurns {
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = async (): Promise<void> => {
    if (running < limits.concurrency) running += 1;
    // Whoever leaves hands its place on, so `running` does not change.
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  return {
    async take(work) {
      if (running >= limits.concurrency && waiting.length >= limits.queue) return undefined;
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
