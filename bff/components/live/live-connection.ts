import { isNewer, type LiveItem, type LiveNews, readLiveNews } from '../../model/live-news.ts';
import { isServerTimeKnown, learnServerTime } from './server-clock.ts';

/**
 * `live`: changes arrive by themselves. `reconnecting`: the stream was lost a moment ago. `asking`: the page asks for changes every
 * few seconds. `offline`: it gets no answer.
 */
export type LiveState = 'live' | 'reconnecting' | 'asking' | 'offline';

const TICK_MS = 1_000;
// The server sends a heartbeat every 5 seconds. A page that hears nothing for longer asks for changes.
const SILENT_AFTER_MS = 12_000;
// A new stream sends its first message at once.
const FIRST_MESSAGE_WITHIN_MS = 4_000;
const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 8_000;
// The browser opens a lost stream again by itself, but not after an answer that is not an event stream.
const REOPEN_AFTER_MS = 30_000;
// A stream that comes back at once is not worth a sentence.
const SAY_RECONNECTING_AFTER_MS = 1_500;
const CLOCK_WITHIN_MS = 25;

/**
 * What the server tells this page: the newest states of its items and the person's own news. There is one per page: one event
 * stream for all of it, or one request every few seconds while the stream is interrupted. The stream goes on after the last
 * message that arrived. A hidden page closes its stream, because browsers allow six connections per site over HTTP/1.1; when it is
 * shown again, it gets what it missed.
 */
class LiveConnection {
  state: LiveState = 'live';
  /** The person's number of unread notifications, since the page was last rendered with one. */
  unread: string | undefined;
  /** Grows when the page must be rendered again: it missed messages, or what only its person sees has changed. */
  outdated = 0;
  /** Within what time the page should be rendered again after a change of an item, so that not all viewers ask at once. */
  spreadMs = 0;
  readonly #listeners = new Set<() => void>();
  readonly #followers = new Map<string, number>();
  readonly #newest = new Map<string, LiveItem>();
  readonly #rendered = new Map<string, string>();
  #person = '';
  #lastId = '';
  #lostAt = Number.POSITIVE_INFINITY;
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

  /** Whose page it is: an id, or empty for a guest. The server reads the person from the cookies of a new stream. */
  setPerson(person: string): void {
    if (person === this.#person) return;
    this.#person = person;
    this.unread = undefined;
    this.#reopen();
  }

  /** The page was rendered with a number of notifications: one that was sent before is older. */
  forgetUnread(): void {
    this.unread = undefined;
  }

  /** Keeps the item's state current until the returned function is called. `revision`: the one that the page shows. */
  follow(itemId: string, revision: string): () => void {
    const count = this.#followers.get(itemId) ?? 0;
    this.#rendered.set(itemId, revision);
    this.#followers.set(itemId, count + 1);
    if (count === 0) this.#reopen();
    return () => {
      const left = (this.#followers.get(itemId) ?? 1) - 1;
      if (left > 0) return void this.#followers.set(itemId, left);
      this.#followers.delete(itemId);
      this.#newest.delete(itemId);
      this.#rendered.delete(itemId);
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
    if (document.hidden || (this.#followers.size === 0 && this.#person === '')) return;
    this.#openedAt = performance.now();
    this.#heardAt = this.#openedAt + FIRST_MESSAGE_WITHIN_MS - SILENT_AFTER_MS;
    this.#ticking = setInterval(this.#tick, TICK_MS);
    const after = this.#lastId === '' ? '' : `&after=${this.#lastId}`;
    this.#source = new EventSource(`/live?items=${this.#items()}${after}`);
    this.#source.addEventListener('message', this.#hear);
    this.#source.addEventListener('error', this.#lose);
    addEventListener('offline', this.#lose);
    if (!isServerTimeKnown(CLOCK_WITHIN_MS)) void this.#askTime();
  };

  readonly #hear = ({ data, lastEventId }: MessageEvent): void => {
    const news = readLiveNews(data);
    if (!news) return;
    this.#lastId = lastEventId || this.#lastId;
    this.#take(news);
    if (!news.live || !navigator.onLine) return;
    this.#heardAt = performance.now();
    this.#lostAt = Number.POSITIVE_INFINITY;
    this.#enter('live');
  };

  readonly #lose = (): void => {
    this.#heardAt = Number.NEGATIVE_INFINITY;
    this.#lostAt = Math.min(this.#lostAt, performance.now());
  };

  readonly #tick = (): void => {
    const now = performance.now();
    if (now - this.#heardAt < SILENT_AFTER_MS) return;
    if (this.state === 'live' && now - this.#lostAt >= SAY_RECONNECTING_AFTER_MS) this.#enter('reconnecting');
    if (this.#source?.readyState === EventSource.CLOSED && now - this.#openedAt >= REOPEN_AFTER_MS)
      this.#open();
    if (now - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = now;
    void this.#ask();
  };

  async #ask(): Promise<void> {
    try {
      const news = await askNow(this.#items());
      if (news) this.#take(news);
      this.#enter(news ? 'asking' : 'offline');
    } catch (error) {
      // Nobody answered, or not in time: the page says so and asks again.
      console.info('no answer about changes', error);
      this.#enter('offline');
    }
  }

  /** Answers say when they were written, so that the round trip is known. The best of some counts. */
  async #askTime(): Promise<void> {
    try {
      for (let asked = 0; asked < 3 && !isServerTimeKnown(CLOCK_WITHIN_MS); asked++) await askNow('');
    } catch (error) {
      // Without it the clock is that of the stream's messages, which is late by their way.
      console.info('no answer about the time', error);
    }
  }

  #take({ now, items, unread, mine, refresh, spreadMs }: LiveNews): void {
    learnServerTime(now);
    if (items.length > 0) this.spreadMs = spreadMs ?? 0;
    if (unread !== undefined) this.unread = unread;
    if (refresh || (mine !== undefined && this.#followers.has(mine))) this.outdated++;
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
    return [...this.#rendered].map(([id, revision]) => `${id}.${revision}`).join(',');
  }
}

/** The answer to a page that asks; undefined when the server cannot say how things are. */
async function askNow(items: string): Promise<LiveNews | undefined> {
  const askedAt = performance.now();
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch(`/live/now?items=${items}`, { signal, cache: 'no-store' });
  const news = response.ok ? readLiveNews(await response.text()) : undefined;
  if (news) learnServerTime(news.now, askedAt);
  return news;
}

/** The connection of this page. It opens when the first item is followed. */
export const liveConnection = new LiveConnection();
