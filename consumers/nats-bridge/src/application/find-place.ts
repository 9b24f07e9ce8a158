import type { Delivery, Reading } from './event-log.ts';

/** A stream in which nothing arrives for so long is not being filled again. */
const QUIET_MS = 5_000;
const BATCH_LIMIT = 1_000;

/**
 * Reads on until `placeIn` finds what it looks for in a batch, and returns that; null when the stream ends without it, an
 * end being where nothing comes any more. The reading is of no more use after null.
 */
export async function findPlace(
  reading: Reading,
  placeIn: (taken: readonly Delivery[]) => Promise<bigint | undefined>,
): Promise<bigint | null> {
  for (;;) {
    let quiet = false;
    const timer = setTimeout(() => {
      quiet = true;
      void reading.close();
    }, QUIET_MS);
    const taken = await reading.take(BATCH_LIMIT).finally(() => clearTimeout(timer));
    if (quiet) return null;
    if (taken === undefined) throw new Error('the subscription ended');
    const place = await placeIn(taken);
    if (place !== undefined) return place;
  }
}
