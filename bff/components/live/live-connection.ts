import { isNewer, type LiveItem, type LiveNews, readLiveNews } from '../../model/live-news.ts';
import { learnServerTime } from './server-clock.ts';

/** `live`: changes arrive by themselves. `asking`: the page asks for them every few seconds. `offline`: it gets no answer. */
export type LiveState = 'live' | 'asking' | 'offline';

const TICK_MS = 1_000;
// The server sends a heartbeat every 5 seconds. A page that hears nothing for longer asks for changes.
const SILENT_AFTER_MS = 12_000;
// A new stream sends its first message at once.
const FIRST_MESSAGE_WITHIN_MS = 4_000;
const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 8_000;
// The browser opens a lost stream again by itself, but not after an answer that is not an event stream.
const REOPEN_AFTER_MS = 30_000;

/**
 * The newest states of the items that the page shows. There is one per page: one event stream for all items, or one request
 * every few seconds while the stream is interrupted. A hidden page closes its stream, because browsers allow six connections
 * per site over HTTP/1.1; when it is shown again, it gets all states again.
 */
class LiveConnection {
  state: LiveState = 'live';
  readonly #listeners = new Set<() => void>();
  readonly #followers = new Map<string, number>();
  readonly #newest = new Map<string, LiveItem>();
  #source: EventSource | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #openedAt = 0;
  #heardAt = 0;
  #askedAt = 0;
  #reopening = false;

  /** Calls the listener after each change of `state` or of an item. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Keeps the item's state current until the returned function is called. */
  follow(itemId: string): () => void {
    const count = this.#followers.get(itemId) ?? 0;
    this.#followers.set(itemId, count + 1);
    if (count === 0) this.#reopen();
    return () => {
      const left = (this.#followers.get(itemId) ?? 1) - 1;
      if (left > 0) return void this.#followers.set(itemId, left);
      this.#followers.delete(itemId);
      this.#newest.delete(itemId);
      this.#reopen();
    };
  }

  /** The newest state that the server sent; undefined before the first. */
  newest(itemId: string): LiveItem | undefined {
    return this.#newest.get(itemId);
  }

  // All items of a page are followed in the same task: one stream is opened for all of them.
  #reopen(): void {
    if (this.#reopening) return;
    this.#reopening = true;
    queueMicrotask(() => {
      this.#reopening = false;
      this.#open();
    });
  }

  readonly #open = (): void => {
    this.#source?.close();
    this.#source = undefined;
    document.addEventListener('visibilitychange', this.#open);
    clearInterval(this.#ticking);
    if (document.hidden || this.#followers.size === 0) return;
    this.#openedAt = performance.now();
    this.#heardAt = this.#openedAt + FIRST_MESSAGE_WITHIN_MS - SILENT_AFTER_MS;
    this.#ticking = setInterval(this.#tick, TICK_MS);
    this.#source = new EventSource(`/live?items=${this.#items()}`);
    this.#source.addEventListener('message', ({ data }) => {
      const news = readLiveNews(data);
      if (!news) return;
      this.#take(news);
      if (!news.live || !navigator.onLine) return;
      this.#heardAt = performance.now();
      this.#enter('live');
    });
    this.#source.addEventListener('error', this.#lose);
    addEventListener('offline', this.#lose);
  };

  readonly #lose = (): void => {
    this.#heardAt = Number.NEGATIVE_INFINITY;
  };

  readonly #tick = (): void => {
    const now = performance.now();
    if (now - this.#heardAt < SILENT_AFTER_MS) return;
    if (this.#source?.readyState === EventSource.CLOSED && now - this.#openedAt >= REOPEN_AFTER_MS)
      this.#open();
    if (now - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = now;
    void this.#ask();
  };

  async #ask(): Promise<void> {
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const response = await fetch(`/live/now?items=${this.#items()}`, { signal, cache: 'no-store' });
      const news = response.ok ? readLiveNews(await response.text()) : undefined;
      if (news) this.#take(news);
      this.#enter(news ? 'asking' : 'offline');
    } catch (error) {
      // Nobody answered, or not in time: the page says so and asks again.
      console.info('no answer about changes', error);
      this.#enter('offline');
    }
  }

  #take({ now, items }: LiveNews): void {
    learnServerTime(now);
    for (const item of items) {
      const known = this.#newest.get(item.id);
      if (this.#followers.has(item.id) && (!known || isNewer(item, known))) this.#newest.set(item.id, item);
    }
    this.#tell();
  }

  #enter(state: LiveState): void {
    // An answer that arrives after the stream works again says nothing.
    if (state !== 'live' && performance.now() - this.#heardAt < SILENT_AFTER_MS) return;
    if (this.state === state) return;
    this.state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #items(): string {
    return [...this.#followers.keys()].join(',');
  }
}

/** The connection of this page. It opens when the first item is followed. */
export const liveConnection = new LiveConnection();
