import { Chunk, type Room } from '../wire/chunk.ts';
import { type Delivery, type StartPosition, type Subscription, SubscriptionRefused } from './event-source.ts';

/** How a subscription asks the broker for more, and what else it needs of its connection. */
export interface SubscriptionSession {
  readonly partition: string;
  credit(chunks: number): void;
  /** First offset that is still held. */
  firstOffset(): Promise<bigint>;
  unsubscribe(): Promise<void>;
}

/**
 * Received and not yet handled, at most about this many bytes a partition (and at least one chunk). With 2 MiB a backlog
 * of a million events was read no faster.
 */
const BUFFER_BYTES = 512 * 1024;
/** Handed out at once, unpacked: at most this many bytes and one sub-batch more. A few kilobytes can hold gigabytes of zeros. */
const TAKE_BYTES = 16 * 1024 * 1024;
/**
 * Never more chunks asked for at once, as small ones may be followed by large ones and what was asked for comes. Chunks of one
 * event each came no faster with 64.
 */
const MAX_CREDIT = 16;
export const INITIAL_CREDIT = 1;

/** One partition's chunks, buffered up to a bound. Chunks are asked for only as fast as they are taken. */
export class StreamSubscription implements Subscription {
  readonly #session: SubscriptionSession;
  #wanted: bigint;
  #started = false;
  #chunks: Chunk[] = [];
  #buffered = 0;
  #outstanding: number;
  #chunkBytes = 0;
  #newest: bigint | undefined;
  readonly #ending = new AbortController();
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param credit how many chunks the broker may send already */
  constructor(session: SubscriptionSession, from: StartPosition, credit = INITIAL_CREDIT) {
    this.#session = session;
    this.#outstanding = credit;
    this.#wanted = firstWanted(from);
    // Reading from the first event asks for no offset in particular, so none can be missing.
    this.#started = from === 'first';
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
      // What is passed over on the way to the wanted offset is not kept.
      if (taken.length === 0) room.bytes = TAKE_BYTES;
      while (room.messages > 0 && room.bytes > 0 && this.#chunks[0] !== undefined) {
        await this.#checkStart(this.#chunks[0]);
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

  /** A chunk came in. A damaged one fails this subscription, and no other on its connection. */
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
    this.#chunks.push(chunk);
    this.#buffered += chunk.bytes;
    this.#outstanding -= 1;
    // Up at once and down slowly: where one is large, more of them may be under way already.
    this.#chunkBytes = Math.max(chunk.bytes, (this.#chunkBytes * 7 + chunk.bytes) / 8);
    this.noteNewest(committed > chunk.lastOffset ? committed : chunk.lastOffset);
    this.#askForMore();
    this.#wake?.();
  }

  noteNewest(offset: bigint): void {
    if (offset >= 0n && (this.#newest === undefined || offset > this.#newest)) this.#newest = offset;
  }

  /** The connection, the stream or the turn to read it is gone, and what was not taken with it. */
  end(): void {
    this.#chunks = [];
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

  // Offsets have gaps of their own (the broker's bookkeeping takes some), so a first chunk beyond the wanted offset
  // proves nothing until the stream's start has been looked at again: retention may have run since subscribing.
  async #checkStart(chunk: Chunk): Promise<void> {
    if (this.#started) return;
    if (chunk.firstOffset > this.#wanted) {
      const first = await this.#session.firstOffset();
      if (first > this.#wanted) {
        this.#failure = new SubscriptionRefused(this.#session.partition, {
          reason: 'retention-passed',
          wanted: this.#wanted,
          first,
        });
        throw this.#failure;
      }
    }
    this.#started = true;
  }

  #askForMore(): void {
    const perChunk = Math.max(this.#chunkBytes, 1);
    const room = Math.floor((BUFFER_BYTES - this.#buffered) / perChunk);
    const target = Math.min(Math.max(room, this.#chunks.length === 0 ? 1 : 0), MAX_CREDIT);
    const missing = target - this.#outstanding;
    // Asked for in lumps, as each costs a frame.
    if (missing <= 0 || (missing < target / 2 && this.#outstanding > 0)) return;
    this.#outstanding += missing;
    this.#session.credit(missing);
  }
}

/** The first offset that reading from a position is to give. */
export function firstWanted(from: StartPosition): bigint {
  if (from === 'first') return 0n;
  return 'at' in from ? from.at : from.after + 1n;
}
