import type { Delivery, Reading } from './ports.ts';

/** A stream in which nothing arrives for this long is not being refilled. */
const QUIET_MS = 5_000;
const BATCH_LIMIT = 1_000;

/**
 * Reads until `findIn` finds the wanted offset in a batch, and returns that offset. Returns null when the stream ends
 * without it, that is, when no message arrives for some time. After null the reading is closed.
 */
export async function findResumeOffset(
  reading: Reading,
  findIn: (taken: readonly Delivery[]) => Promise<bigint | undefined>,
): Promise<bigint | null> {
  for (;;) {
    let isQuiet = false;
    const timer = setTimeout(() => {
      isQuiet = true;
      void reading.close();
    }, QUIET_MS);
    const taken = await reading.take(BATCH_LIMIT).finally(() => clearTimeout(timer));
    if (isQuiet) return null;
    if (taken === undefined) throw new Error('the subscription ended');
    const found = await findIn(taken);
    if (found !== undefined) return found;
  }
}
