import type { PriceUpdate } from './price-update.ts';

/** What an open page hears. `changed`: something else than the price is new, the page should be rendered again. */
export type LiveMessage = { kind: 'price'; update: PriceUpdate } | { kind: 'changed' };

export type LiveListener = (message: LiveMessage) => void;

/** The pages that are open now, by item. Bounded: a page beyond the limit simply does not move by itself. */
export class LivePages {
  readonly #listeners = new Map<string, Set<LiveListener>>();
  readonly #limit: number;
  #open = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many pages are open. */
  get open(): number {
    return this.#open;
  }

  /** The items that at least one page shows. */
  items(): string[] {
    return [...this.#listeners.keys()];
  }

  /** Adds a page; the answer removes it again, and may be called twice. Undefined when the limit is reached. */
  join(itemId: string, listener: LiveListener): (() => void) | undefined {
    if (this.#open >= this.#limit) return undefined;
    const listeners = this.#listeners.get(itemId) ?? new Set();
    this.#listeners.set(itemId, listeners.add(listener));
    this.#open++;
    return () => {
      if (!listeners.delete(listener)) return;
      this.#open--;
      if (listeners.size === 0) this.#listeners.delete(itemId);
    };
  }

  /** Tells every open page of an item. */
  tell(itemId: string, message: LiveMessage): void {
    for (const listener of [...(this.#listeners.get(itemId) ?? [])]) listener(message);
  }
}
