import 'server-only';
import type { PriceUpdate } from '../../model/price-update.ts';

/** A message to an open page. `changed`: something other than the price changed, so the page must be rendered again. */
export type LiveMessage = { kind: 'price'; update: PriceUpdate } | { kind: 'changed' };

export type LiveListener = (message: LiveMessage) => void;

/** The pages that are open now, by item. The number is limited; a page beyond the limit gets no live prices. */
export class LivePages {
  readonly #listeners = new Map<string, Set<LiveListener>>();
  readonly #limit: number;
  #open = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The number of open pages. */
  get open(): number {
    return this.#open;
  }

  /** The items with at least one open page. */
  items(): string[] {
    return [...this.#listeners.keys()];
  }

  /** Adds a page. The returned function removes it and may be called twice. Undefined when the limit is reached. */
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

  /** Sends a message to every open page of an item. */
  send(itemId: string, message: LiveMessage): void {
    for (const listener of [...(this.#listeners.get(itemId) ?? [])]) listener(message);
  }
}
