/**
 * Runs work in parallel lanes. Work with the same key shares a lane and runs in the order of its arrival. A queue promises
 * no order, but if messages arrive in order, events of one aggregate do not overtake each other here.
 */
export class Lanes {
  readonly #tails: Promise<void>[];
  #running = 0;

  constructor(count: number) {
    this.#tails = Array.from({ length: count }, () => Promise.resolve());
  }

  /** The amount of work that was added and is not finished. */
  get running(): number {
    return this.#running;
  }

  /** `work` must not reject. */
  run(key: string, work: () => Promise<void>): void {
    const lane = laneOf(key, this.#tails.length);
    this.#running += 1;
    const tail = this.#tails[lane] ?? Promise.resolve();
    this.#tails[lane] = tail.then(work).finally(() => {
      this.#running -= 1;
    });
  }

  /** Resolves when all work that was added so far is finished. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails);
  }
}

function laneOf(key: string, lanes: number): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) >>> 0;
  return hash % lanes;
}
