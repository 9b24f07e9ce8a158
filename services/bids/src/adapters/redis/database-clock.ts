/** A reading of the database's clock, and its possible error in either direction. Milliseconds. */
export interface ClockReading {
  readonly now: number;
  readonly offBy: number;
}

/** The difference of the two clocks, with an error of half the round trip. The fastest round trip is the most exact. */
interface Sample {
  readonly difference: number;
  readonly offBy: number;
}

/** Clocks drift by some microseconds per second, so a sample is usable for this long. */
const WINDOW_MS = 5_000;
/** A sample with a larger error is not used. */
const MAX_ERROR_MS = 100;

export interface DatabaseClock {
  /** Milliseconds of this process's monotonic clock. */
  steady(): number;
  /** Adds a sample: a query was sent at `sentAt` of the steady clock, its result has just arrived, and it contains the time `asOf`. */
  sample(asOf: Date, sentAt: number): void;
  /** The database's time now; undefined without a recent sample. */
  read(): ClockReading | undefined;
}

/**
 * The database's clock, estimated from query results that the service reads anyway: each one contains the database's time at
 * some moment between sending and receiving. The process's own time of day is not used, so it may be wrong.
 */
export function createDatabaseClock(steady: () => number = () => performance.now()): DatabaseClock {
  // The best samples of this window and of the one before it.
  let current: Sample | undefined;
  let previous: Sample | undefined;
  let windowEnds = 0;

  return {
    steady,
    sample(asOf, sentAt) {
      const receivedAt = steady();
      if (receivedAt >= windowEnds) {
        previous = receivedAt < windowEnds + WINDOW_MS ? current : undefined;
        current = undefined;
        windowEnds = receivedAt + WINDOW_MS;
      }
      // A Date has no fractions of a millisecond.
      const offBy = (receivedAt - sentAt) / 2 + 1;
      if (current !== undefined && current.offBy <= offBy) return;
      current = { difference: asOf.getTime() - (sentAt + receivedAt) / 2, offBy };
    },
    read() {
      const now = steady();
      const isRecent = now < windowEnds + WINDOW_MS;
      const samples = [current, now < windowEnds ? previous : undefined];
      const best = samples
        .flatMap((sample) => (sample === undefined || !isRecent ? [] : [sample]))
        .sort((one, other) => one.offBy - other.offBy)[0];
      if (best === undefined || best.offBy > MAX_ERROR_MS) return undefined;
      return { now: now + best.difference, offBy: best.offBy };
    },
  };
}
