import 'server-only';
import { randomBytes } from 'node:crypto';
import type { LiveNews } from '../../model/live-news.ts';

/** One open stream. */
export interface Viewer {
  /** Must not throw; a viewer that cannot keep up ends itself. */
  write(frame: Buffer): void;
  /** Ends the stream; the browser opens it again by itself. */
  end(): void;
}

interface ChannelOptions {
  /** The most viewers at once. */
  readonly limit: number;
  /** How many messages are kept for viewers that come back. */
  readonly kept: number;
}

interface Kept {
  readonly topic: string;
  readonly frame: Buffer;
}

/**
 * Sends messages to viewers by topic. A message has a number in this process and is encoded once, however many viewers it has.
 * The last messages are kept: a viewer that comes back with the id of the last one that it got, gets those that it missed.
 */
export class LiveChannel {
  readonly #limit: number;
  readonly #ring: (Kept | undefined)[];
  // Ids of another process, or of this one before a restart, mean nothing here.
  readonly #epoch = randomBytes(6).toString('base64url');
  readonly #viewers = new Map<Viewer, Set<string>>();
  readonly #topics = new Map<string, Set<Viewer>>();
  #last = 0;

  constructor({ limit, kept }: ChannelOptions) {
    this.#limit = limit;
    this.#ring = new Array<Kept | undefined>(kept).fill(undefined);
  }

  /** The number of open streams. */
  get open(): number {
    return this.#viewers.size;
  }

  get isFull(): boolean {
    return this.#viewers.size >= this.#limit;
  }

  /** The id of the last message. */
  get lastId(): string {
    return this.#idOf(this.#last);
  }

  /** True when somebody listens to the topic. */
  has(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** The number of open streams of the topic. */
  countOf(topic: string): number {
    return this.#topics.get(topic)?.size ?? 0;
  }

  /** The topics with this prefix that somebody listens to, without it. */
  namesOf(prefix: string): string[] {
    return [...this.#topics.keys()]
      .filter((topic) => topic.startsWith(prefix))
      .map((topic) => topic.slice(prefix.length));
  }

  /** From now on the viewer gets the messages of these topics too. */
  join(viewer: Viewer, topics: readonly string[]): void {
    const joined = this.#viewers.get(viewer) ?? new Set();
    this.#viewers.set(viewer, joined);
    for (const topic of topics) {
      joined.add(topic);
      const viewers = this.#topics.get(topic) ?? new Set();
      this.#topics.set(topic, viewers.add(viewer));
    }
  }

  /** Removes the viewer from all topics. May be called twice. */
  leave(viewer: Viewer): void {
    for (const topic of this.#viewers.get(viewer) ?? []) {
      const viewers = this.#topics.get(topic);
      viewers?.delete(viewer);
      if (viewers?.size === 0) this.#topics.delete(topic);
    }
    this.#viewers.delete(viewer);
  }

  /**
   * The messages of these topics after the one with this id, oldest first. Undefined when they are no longer all kept, or when
   * the id is none of this process. With `join` in the same task nothing is missed and nothing comes twice.
   */
  missedSince(id: string, topics: readonly string[]): Buffer[] | undefined {
    const [epoch, digits = ''] = id.split('.');
    const after = Number(digits);
    if (epoch !== this.#epoch || !/^\d{1,15}$/.test(digits) || after > this.#last) return undefined;
    if (this.#last - after > this.#ring.length) return undefined;
    const wanted = new Set(topics);
    const missed: Buffer[] = [];
    for (let number = after + 1; number <= this.#last; number++) {
      const kept = this.#ring[number % this.#ring.length];
      if (kept && wanted.has(kept.topic)) missed.push(kept.frame);
    }
    return missed;
  }

  /** Sends a message to the topic's viewers and keeps it. A topic that nobody listens to may have viewers that come back. */
  publish(topic: string, news: LiveNews): void {
    this.#last++;
    const frame = encodeFrame(news, this.lastId);
    this.#ring[this.#last % this.#ring.length] = { topic, frame };
    for (const viewer of [...(this.#topics.get(topic) ?? [])]) viewer.write(frame);
  }

  /** Sends a message without number to every viewer. It is not kept. */
  sendAll(news: LiveNews): void {
    const frame = encodeFrame(news);
    for (const viewer of [...this.#viewers.keys()]) viewer.write(frame);
  }

  /** Ends every stream. */
  endAll(): void {
    for (const viewer of [...this.#viewers.keys()]) viewer.end();
  }

  #idOf(number: number): string {
    return `${this.#epoch}.${number}`;
  }
}

/** A message as bytes of an event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function encodeFrame(news: LiveNews, id?: string): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(news)}\n\n`);
}
