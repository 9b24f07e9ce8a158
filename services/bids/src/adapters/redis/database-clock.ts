/** A reading of the database's clock, and how far it may be off either way. Milliseconds. */
export interface ClockReading {
  readonly now: number;
  readonly offBy: number;
}

/** A sample tells the difference of the two clocks to half of its round trip; the quickest one tells it best. */
interface Sample {
  readonly difference: number;
  readonly offBy: number;
}

/** Clocks part by some microseconds a second: a sample is good for this long. */
const WINDOW_MS = 5_000;
/** A sample that is further off says too little to decide by. */
const MOST_OFF_MS = 100;

/**
 * The database's clock, read from the answers that pass anyway: each says what time it was there between sending and
 * receiving. The process's own time of day plays no part, so that it may be wrong.
 */
export class DatabaseClock {
  readonly #monotonic: () => number;
  #current: Sample | undefined;
  #before: Sample | undefined;
  #windowEnds = 0;

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Milliseconds of this process's own steady clock. */
  steady(): number {
    return this.#monotonic();
  }

  /** An answer that was asked for at `sentAt` of the steady clock and has just come: the database's time was `asOf`. */
  sample(asOf: Date, sentAt: number): void {
    const receivedAt = this.#monotonic();
    if (receivedAt >= this.#windowEnds) {
      this.#before = receivedAt < this.#windowEnds + WINDOW_MS ? this.#current : undefined;
      this.#current = undefined;
      this.#windowEnds = receivedAt + WINDOW_MS;
    }
    // The Date has lost what was below the millisecond.
    const offBy = (receivedAt - sentAt) / 2 + 1;
    if (this.#current !== undefined && this.#current.offBy <= offBy) return;
    this.#current = { difference: asOf.getTime() - (sentAt + receivedAt) / 2, offBy };
  }

  /** What time it is there; undefined while nothing recent tells. */
  read(): ClockReading | undefined {
    const steady = this.#monotonic();
    const isRecent = steady < this.#windowEnds + WINDOW_MS;
    const samples = [this.#current, steady < this.#windowEnds ? this.#before : undefined];
    const best = samples
      .flatMap((sample) => (sample === undefined || !isRecent ? [] : [sample]))
      .sort((one, other) => one.offBy - other.offBy)[0];
    if (best === undefined || best.offBy > MOST_OFF_MS) return undefined;
    return { now: steady + best.difference, offBy: best.offBy };
  }
}
