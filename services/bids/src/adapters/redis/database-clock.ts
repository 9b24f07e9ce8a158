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

/**
 * The database's clock, estimated from query results that the service reads anyway: each one contains the database's time at
 * some moment between sending and receiving. The process's own time of day is not used, so it may be wrong.
 */
export class DatabaseClock {
  readonly #monotonic: () => number;
  #current: Sample | undefined;
  #before: Sample | undefined;
  #windowEnds = 0;

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Milliseconds of this process's monotonic clock. */
  steady(): number {
    return this.#monotonic();
  }

  /** Adds a sample: a query was sent at `sentAt` of the steady clock, its result has just arrived, and it contains the time `asOf`. */
  sample(asOf: Date, sentAt: number): void {
    const receivedAt = this.#monotonic();
    if (receivedAt >= this.#windowEnds) {
      this.#before = receivedAt < this.#windowEnds + WINDOW_MS ? this.#current : undefined;
      this.#current = undefined;
      this.#windowEnds = receivedAt + WINDOW_MS;
    }
    // A Date has no fractions of a millisecond.
    const offBy = (receivedAt - sentAt) / 2 + 1;
    if (this.#current !== undefined && this.#current.offBy <= offBy) return;
    this.#current = { difference: asOf.getTime() - (sentAt + receivedAt) / 2, offBy };
  }

  /** The database's time now; undefined without a recent sample. */
  read(): ClockReading | undefined {
    const steady = this.#monotonic();
    const isRecent = steady < this.#windowEnds + WINDOW_MS;
    const samples = [this.#current, steady < this.#windowEnds ? this.#before : undefined];
    const best = samples
      .flatMap((sample) => (sample === undefined || !isRecent ? [] : [sample]))
      .sort((one, other) => one.offBy - other.offBy)[0];
    if (best === undefined || best.offBy > MAX_ERROR_MS) return undefined;
    return { now: steady + best.difference, offBy: best.offBy };
  }
}
