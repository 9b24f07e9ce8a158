import { Chunk, type Room } from '../wire/chunk.ts';
import { type Delivery, type StartPosition, type Subscription, SubscriptionRefused } from './event-source.ts';

/** Receives what the broker sends to one subscription id. */
export interface Subscriber {
  readonly partition: string;
  receive(chunk: Buffer, committed: bigint): void;
  /** The broker's answer about the stream, every few seconds. */
  noteStats(stats: StreamStats): void;
  /** This subscription becomes the active consumer of its group, or stops being it. The broker waits for an answer. */
  update?(active: boolean, correlation: number): void;
  end(): void;
}

/** Offsets of a stream, as the broker reports them. Offsets are -1 while it has never held anything. */
export interface StreamStats {
  /** The first offset that the stream still holds. */
  readonly first: bigint;
  /** First offset of the newest chunk. */
  readonly newestChunk: bigint;
}

/** What a subscription needs from its connection. */
export interface SubscriptionSession {
  readonly partition: string;
  /** Allows the broker to send this many more chunks. */
  credit(chunks: number): void;
  /** The first offset that the stream still holds. */
  firstOffset(): Promise<bigint>;
  unsubscribe(): Promise<void>;
}

/**
 * Most bytes per partition that are received and not taken, in addition to one chunk. With 2 MiB a backlog of a million
 * events was read no faster.
 */
const BUFFER_BYTES = 512 * 1024;
/** Most unpacked bytes returned at once, in addition to one sub-batch: a few kilobytes can unpack to gigabytes of zeros. */
const TAKE_BYTES = 16 * 1024 * 1024;
/**
 * Most chunks requested at once. Small chunks may be followed by large ones, and all requested chunks arrive. With 64,
 * chunks of one event each arrived no faster.
 */
const MAX_CREDIT = 16;
export const INITIAL_CREDIT = 1;

/**
 * The chunks of one partition, buffered up to a limit. New chunks are requested only as fast as messages are taken.
 *
 * Each chunk must continue where the one before it ended. The broker passes removed segments in silence, also inside a live
 * subscription, so a chunk that starts later is delivered only after the broker has shown that it still holds the offsets
 * in between: those are its own records, which it does not send.
 */
export class StreamSubscription implements Subscription {
  readonly #session: SubscriptionSession;
  readonly #wanted: bigint;
  /** The offset at which the next chunk has to start or before; undefined when any first chunk is right. */
  #expected: bigint | undefined;
  #chunks: Chunk[] = [];
  /** The first offset that the stream held when a chunk arrived that did not continue the one before it. */
  readonly #gaps = new Map<Chunk, { readonly expected: bigint; readonly first: Promise<bigint> }>();
  #buffered = 0;
  /** The expected offset when the broker said that it was removed while nothing was on its way. */
  #removed: bigint | undefined;
  #outstanding: number;
  #chunkBytes = 0;
  #newest: bigint | undefined;
  readonly #ending = new AbortController();
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param credit how many chunks the broker may already send */
  constructor(session: SubscriptionSession, from: StartPosition, credit = INITIAL_CREDIT) {
    this.#session = session;
    this.#outstanding = credit;
    this.#wanted = firstWanted(from);
    // Reading from the first message wants no particular offset, so none can be missing before the first chunk.
    this.#expected = from === 'first' ? undefined : this.#wanted;
  }

  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  get newestOffset(): bigint | undefined {
    return this.#newest;
  }

  get oldestWaiting(): number | undefined {
    return this.#chunks[0]?.storedAt;
  }

  get waiting(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.left, 0);
  }

  async take(limit: number): Promise<readonly Delivery[] | undefined> {
    const taken: Delivery[] = [];
    const room: Room = { messages: limit, bytes: TAKE_BYTES };
    for (;;) {
      // Messages before the wanted offset are skipped and not kept.
      if (taken.length === 0) room.bytes = TAKE_BYTES;
      while (room.messages > 0 && room.bytes > 0 && this.#chunks[0] !== undefined) {
        if (this.#gaps.has(this.#chunks[0])) {
          // What came before the gap is complete and must not wait for it.
          if (taken.length > 0) return taken;
          await this.#refuseLoss(this.#chunks[0]);
        }
        this.#drainFirst(taken, room);
      }
      if (taken.length > 0) return taken;
      if (this.#chunks[0] !== undefined) continue;
      if (this.#failure) throw this.#failure;
      if (this.ended.aborted) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A chunk arrived. A damaged chunk fails this subscription and no other on the connection. */
  receive(bytes: Buffer, committed: bigint): void {
    if (this.ended.aborted || this.#failure) return;
    let chunk: Chunk;
    try {
      chunk = new Chunk(bytes);
    } catch (error) {
      this.#failure = new Error(`${this.#session.partition}: a chunk is damaged`, { cause: error });
      this.#wake?.();
      return;
    }
    this.#noteGap(chunk);
    this.#chunks.push(chunk);
    this.#buffered += chunk.bytes;
    this.#outstanding -= 1;
    // The expected chunk size rises at once and falls slowly: after one large chunk, more large ones may already have been
    // requested.
    this.#chunkBytes = Math.max(chunk.bytes, (this.#chunkBytes * 7 + chunk.bytes) / 8);
    this.#noteNewest(committed > chunk.lastOffset ? committed : chunk.lastOffset);
    this.#askForMore();
    this.#wake?.();
  }

  /**
   * Also notices a loss that no chunk shows: a subscription that stands at the end of a removed segment gets its next chunk only when
   * the broker stores another one.
   */
  noteStats({ first, newestChunk }: StreamStats): void {
    this.#noteNewest(newestChunk);
    const expected = this.#expected;
    const isRemoved = expected !== undefined && first > expected;
    if (!isRemoved || this.#chunks.length > 0 || this.#outstanding === 0) {
      this.#removed = undefined;
    } else if (this.#removed === expected) {
      this.#fail(expected, first);
      this.#wake?.();
    } else {
      // What was sent before retention removed it may still arrive before the next answer.
      this.#removed = expected;
    }
  }

  /** The connection or the stream is gone, or another consumer is active. What was not taken is dropped. */
  end(): void {
    this.#chunks = [];
    this.#gaps.clear();
    this.#buffered = 0;
    this.#ending.abort();
    this.#wake?.();
  }

  async close(): Promise<void> {
    if (this.ended.aborted) return;
    this.end();
    await this.#session.unsubscribe();
  }

  #drainFirst(taken: Delivery[], room: Room): void {
    const chunk = this.#chunks[0];
    if (chunk === undefined || !chunk.drain(taken, room, this.#wanted)) return;
    this.#chunks.shift();
    this.#buffered -= chunk.bytes;
    this.#askForMore();
  }

  /**
   * The start of the stream is requested when the chunk arrives and not when it is taken: until then, retention may also
   * remove what has arrived.
   */
  #noteGap(chunk: Chunk): void {
    const expected = this.#expected;
    this.#expected = chunk.lastOffset + 1n;
    if (expected === undefined || chunk.firstOffset <= expected) return;
    const first = this.#session.firstOffset();
    // `take` reports the error. A subscription that ends before that needs no answer.
    first.catch(() => undefined);
    this.#gaps.set(chunk, { expected, first });
  }

  /** Throws `SubscriptionRefused` when retention has removed messages between this chunk and the one before it. */
  async #refuseLoss(chunk: Chunk): Promise<void> {
    const gap = this.#gaps.get(chunk);
    if (gap === undefined) return;
    const { expected: wanted } = gap;
    const first = await gap.first;
    if (first > wanted) {
      this.#chunks = [];
      throw this.#fail(wanted, first);
    }
    this.#gaps.delete(chunk);
  }

  #fail(wanted: bigint, first: bigint): SubscriptionRefused {
    const refused = new SubscriptionRefused(this.#session.partition, {
      reason: 'retention-passed',
      wanted,
      first,
    });
    this.#failure = refused;
    return refused;
  }

  #noteNewest(offset: bigint): void {
    if (offset >= 0n && (this.#newest === undefined || offset > this.#newest)) this.#newest = offset;
  }

  #askForMore(): void {
    const perChunk = Math.max(this.#chunkBytes, 1);
    const room = Math.floor((BUFFER_BYTES - this.#buffered) / perChunk);
    const target = Math.min(Math.max(room, this.#chunks.length === 0 ? 1 : 0), MAX_CREDIT);
    const missing = target - this.#outstanding;
    // Several at a time, because each request costs a frame.
    if (missing <= 0 || (missing < target / 2 && this.#outstanding > 0)) return;
    this.#outstanding += missing;
    this.#session.credit(missing);
  }
}

/** The first offset that is wanted when reading starts at a position. */
export function firstWanted(from: StartPosition): bigint {
  if (from === 'first') return 0n;
  return 'at' in from ? from.at : from.after + 1n;
}
