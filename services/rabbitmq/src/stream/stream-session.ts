import { Chunk } from '../wire/chunk.ts';
import { FrameWriter } from '../wire/frame-writer.ts';
import { ANSWER, command, OK } from '../wire/protocol.ts';
import type { Group, StartPosition } from './event-source.ts';
import { SingleActiveConsumer } from './single-active-consumer.ts';
import type { StreamAddress } from './stream-address.ts';
import { StreamConnection } from './stream-connection.ts';
import { firstWanted, INITIAL_CREDIT, StreamSubscription } from './stream-subscription.ts';

const OFFSET_NONE = 0;
const OFFSET_FIRST = 1;
const OFFSET_LAST = 2;
const OFFSET_NUMERIC = 4;
const CHUNK_MS = 5_000;
/** How often the ends of the streams are asked for: a consumer that is held up gets no chunk to learn them from. */
const POLL_MS = 5_000;

/** What the broker tells of a stream; offsets are -1 while it never held anything. */
export interface StreamStats {
  /** First offset that is still held. */
  readonly first: bigint;
  /** First offset of the newest chunk. */
  readonly newestChunk: bigint;
}

/** Whoever gets what the broker sends to one subscription id. */
export interface Subscriber {
  readonly partition: string;
  receive(chunk: Buffer, committed: bigint): void;
  noteNewest(offset: bigint): void;
  /** The broker gives the partition to this subscription of its group, or takes it away; to be answered. */
  update?(active: boolean, correlation: number): void;
  end(): void;
}

/** One connection and the subscriptions on it. */
export class StreamSession {
  readonly #subscribers = new Map<number, Subscriber>();
  #connection: StreamConnection | undefined;
  #polling: NodeJS.Timeout | undefined;
  #nextId = 0;

  static async open(address: StreamAddress, name: string): Promise<StreamSession> {
    const session = new StreamSession();
    session.#connection = await StreamConnection.open(address, {
      name,
      listener: {
        onDeliver: (id, committed, chunk) => StreamSession.#deliver(session, id, committed, chunk),
        onConsumerUpdate: (id, active, correlation) =>
          session.#subscribers.get(id)?.update?.(active, correlation),
        onStreamGone: (stream) => session.#endWhere((subscriber) => subscriber.partition === stream),
        onClose: () => session.#closed(),
      },
    });
    session.#polling = setInterval(() => void session.#pollEnds(), POLL_MS);
    return session;
  }

  static #deliver(session: StreamSession, id: number, committed: bigint, chunk: Buffer): void {
    session.#subscribers.get(id)?.receive(chunk, committed);
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  async subscribe(partition: string, from: StartPosition): Promise<StreamSubscription> {
    const id = this.#freeId();
    const subscription = new StreamSubscription(
      {
        partition,
        credit: (chunks) => this.#credit(id, chunks),
        firstOffset: async () => (await this.stats(partition)).first,
        unsubscribe: () => this.#unsubscribe(id),
      },
      from,
    );
    await this.#subscribe(id, partition, from === 'first' ? 'first' : firstWanted(from), INITIAL_CREDIT, {
      partition,
      receive: (chunk, committed) => subscription.receive(chunk, committed),
      noteNewest: (offset) => subscription.noteNewest(offset),
      end: () => subscription.end(),
    });
    return subscription;
  }

  /** Takes a place in a group; nothing is sent before the broker says that it is this one's turn. */
  async join(partition: string, group: Group): Promise<SingleActiveConsumer> {
    const id = this.#freeId();
    const consumer = new SingleActiveConsumer({
      partition,
      ends: this,
      credit: (chunks) => this.#credit(id, chunks),
      answer: (correlation, from) => this.#answerUpdate(correlation, from),
      unsubscribe: () => this.#unsubscribe(id),
    });
    // The super stream's name lets the broker spread its partitions over the members; one of none goes to the first.
    await this.#subscribe(id, partition, 'first', INITIAL_CREDIT, consumer, {
      'single-active-consumer': 'true',
      name: group.name,
      'super-stream': group.stream,
    });
    return consumer;
  }

  async stats(partition: string): Promise<StreamStats> {
    const answer = await this.#open().request(command.streamStats, `stats of ${partition}`, (writer) =>
      writer.string(partition),
    );
    const stats = new Map<string, bigint>();
    for (let left = answer.uint32(); left > 0; left--) stats.set(answer.string(), answer.int64());
    return { first: stats.get('first_chunk_id') ?? -1n, newestChunk: stats.get('committed_chunk_id') ?? -1n };
  }

  /** The newest offset of a stream that holds something, read from its last chunk. */
  async lastOffset(partition: string): Promise<bigint> {
    return (await this.#readChunk(partition, 'last')).lastOffset;
  }

  /** The newest offset; undefined when there is none. */
  async newestOffset(partition: string): Promise<bigint | undefined> {
    const { newestChunk } = await this.stats(partition);
    return newestChunk < 0n ? undefined : this.lastOffset(partition);
  }

  /** When the oldest chunk was stored, milliseconds since the epoch; undefined when there is none. */
  async oldestStoredAt(partition: string): Promise<number | undefined> {
    const { newestChunk } = await this.stats(partition);
    return newestChunk < 0n ? undefined : (await this.#readChunk(partition, 'first')).storedAt;
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  async #readChunk(partition: string, which: 'first' | 'last'): Promise<Chunk> {
    const id = this.#freeId();
    let timer: NodeJS.Timeout | undefined;
    const chunk = new Promise<Chunk>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${partition}: no ${which} chunk came`)), CHUNK_MS);
      const end = (): void => reject(new Error(`${partition}: the connection ended`));
      const noteNewest = (): void => undefined;
      const receive = (bytes: Buffer): void => {
        try {
          resolve(new Chunk(bytes));
        } catch (error) {
          reject(new Error(`${partition}: the ${which} chunk is damaged`, { cause: error }));
        }
      };
      this.#subscribe(id, partition, which, 1, { partition, receive, noteNewest, end }).catch(reject);
    });
    try {
      return await chunk;
    } finally {
      clearTimeout(timer);
      await this.#unsubscribe(id);
    }
  }

  async #subscribe(
    id: number,
    partition: string,
    offset: 'first' | 'last' | bigint,
    credit: number,
    subscriber: Subscriber,
    properties: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    // Before the answer: the first chunk may arrive in the same packet.
    this.#subscribers.set(id, subscriber);
    try {
      await this.#open().request(command.subscribe, `subscribe to ${partition}`, (writer) => {
        writer.uint8(id).string(partition);
        return writeOffset(writer, offset).uint16(credit).map(properties);
      });
    } catch (error) {
      this.#subscribers.delete(id);
      throw error;
    }
  }

  async #unsubscribe(id: number): Promise<void> {
    if (!this.#subscribers.has(id)) return;
    // A connection that ended meanwhile has no subscription left to end.
    await this.#connection
      ?.request(command.unsubscribe, 'unsubscribe', (writer) => writer.uint8(id))
      .catch(() => undefined);
    this.#subscribers.delete(id);
  }

  #answerUpdate(correlation: number, from: StartPosition | undefined): void {
    const frame = new FrameWriter(command.consumerUpdate | ANSWER).uint32(correlation).uint16(OK);
    const offset = from === undefined || from === 'first' ? from : firstWanted(from);
    this.#connection?.send(writeOffset(frame, offset));
  }

  #credit(id: number, chunks: number): void {
    if (this.#subscribers.has(id)) {
      this.#connection?.send(new FrameWriter(command.credit).uint8(id).uint16(chunks));
    }
  }

  async #pollEnds(): Promise<void> {
    for (const subscriber of this.#subscribers.values()) {
      // A broker that does not answer ends the connection, which the subscriptions learn by themselves.
      const stats = await this.stats(subscriber.partition).catch(() => undefined);
      if (stats !== undefined) subscriber.noteNewest(stats.newestChunk);
    }
  }

  #closed(): void {
    clearInterval(this.#polling);
    this.#endWhere(() => true);
  }

  #endWhere(matches: (subscriber: Subscriber) => boolean): void {
    for (const [id, subscriber] of this.#subscribers) {
      if (!matches(subscriber)) continue;
      this.#subscribers.delete(id);
      subscriber.end();
    }
  }

  #freeId(): number {
    for (let tries = 0; tries < 256; tries++) {
      const id = this.#nextId;
      this.#nextId = (this.#nextId + 1) % 256;
      if (!this.#subscribers.has(id)) return id;
    }
    throw new Error('a stream connection carries at most 256 subscriptions');
  }

  #open(): StreamConnection {
    if (this.#connection === undefined) throw new Error('stream connection is not open yet');
    return this.#connection;
  }
}

function writeOffset(writer: FrameWriter, offset: 'first' | 'last' | bigint | undefined): FrameWriter {
  if (offset === undefined) return writer.uint16(OFFSET_NONE);
  if (typeof offset === 'bigint') return writer.uint16(OFFSET_NUMERIC).uint64(offset);
  return writer.uint16(offset === 'first' ? OFFSET_FIRST : OFFSET_LAST);
}
