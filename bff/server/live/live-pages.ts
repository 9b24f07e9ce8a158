import 'server-only';
import type { LiveItem } from '../../model/live-news.ts';

export type LiveListener = (item: LiveItem) => void;

/** The pages that are open now, by item. Their number is limited; a page beyond the limit has to ask for changes. */
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

  /** True when an open page shows the item. */
  has(itemId: string): boolean {
    return this.#listeners.has(itemId);
  }

  /** Adds a page. The returned function removes it and may be called twice. Undefined when the limit is reached. */
  join(itemIds: readonly string[], listener: LiveListener): (() => void) | undefined {
    if (this.#open >= this.#limit) return undefined;
    this.#open++;
    for (const itemId of itemIds) {
      const listeners = this.#listeners.get(itemId) ?? new Set();
      this.#listeners.set(itemId, listeners.add(listener));
    }
    let joined = true;
    return () => {
      if (!joined) return;
      joined = false;
      this.#open--;
      for (const itemId of itemIds) this.#leave(itemId, listener);
    };
  }

  /** Sends an item's state to every open page that shows it. */
  send(item: LiveItem): void {
    for (const listener of [...(this.#listeners.get(item.id) ?? [])]) listener(item);
  }

  #leave(itemId: string, listener: LiveListener): void {
    const listeners = this.#listeners.get(itemId);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(itemId);
  }
}
