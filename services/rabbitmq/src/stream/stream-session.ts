import { Chunk } from '../wire/chunk.ts';
import { FrameWriter } from '../wire/frame-writer.ts';
import { ANSWER, command, OK } from '../wire/protocol.ts';
import type { Group, StartPosition } from './event-source.ts';
import { SingleActiveConsumer } from './single-active-consumer.ts';
import type { StreamAddress } from './stream-address.ts';
import { StreamConnection } from './stream-connection.ts';
import {
  firstWanted,
  INITIAL_CREDIT,
  type StreamStats,
  StreamSubscription,
  type Subscriber,
} from './stream-subscription.ts';

const OFFSET = { none: 0, first: 1, last: 2, numeric: 4, timestamp: 5 } as const;
const CHUNK_MS = 5_000;
/**
 * How often the ends of the streams are requested: a consumer that takes no messages gets no chunk with that information. The first
 * offset shows a loss that no chunk shows.
 */
const POLL_MS = 5_000;

/** A place in a partition. A moment is in milliseconds since the epoch. */
export type ChunkPlace = 'first' | 'last' | { readonly offset: bigint } | { readonly moment: number };

/** One connection that reads, and the subscriptions on it. */
export class StreamSession {
  readonly #subscribers = new Map<number, Subscriber>();
  #connection: StreamConnection | undefined;
  #polling: NodeJS.Timeout | undefined;
  #nextId = 0;

  /** Rejects within 5 s a step. `name` is shown in the broker's management pages. */
  static async open(address: StreamAddress, name: string): Promise<StreamSession> {
    const session = new StreamSession();
    session.#connection = await StreamConnection.open(address, {
      name,
      listener: {
        onDeliver: (id, committed, chunk) => session.#subscribers.get(id)?.receive(chunk, committed),
        onConsumerUpdate: (id, active, correlation) =>
          session.#subscribers.get(id)?.update?.(active, correlation),
        onStreamGone: (stream) => session.#endWhere((subscriber) => subscriber.partition === stream),
        onClose: () => session.#closed(),
      },
    });
    session.#polling = setInterval(() => void session.#pollEnds(), POLL_MS);
    return session;
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  get connection(): StreamConnection {
    if (this.#connection === undefined) throw new Error('stream connection is not open yet');
    return this.#connection;
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
    await this.#subscribe(id, toPlace(from), INITIAL_CREDIT, {
      partition,
      receive: (chunk, committed) => subscription.receive(chunk, committed),
      noteStats: (stats) => subscription.noteStats(stats),
      end: () => subscription.end(),
    });
    return subscription;
  }

  /** Joins a group. The broker sends nothing before it makes this consumer the active one. */
  async join(partition: string, group: Group): Promise<SingleActiveConsumer> {
    const id = this.#freeId();
    const consumer = new SingleActiveConsumer({
      partition,
      ends: this,
      credit: (chunks) => this.#credit(id, chunks),
      answer: (correlation, from) => this.#answerUpdate(correlation, from),
      unsubscribe: () => this.#unsubscribe(id),
    });
    // The super stream's name lets the broker spread its partitions over the members. Without it the first member gets all.
    await this.#subscribe(id, 'first', INITIAL_CREDIT, consumer, {
      'single-active-consumer': 'true',
      name: group.name,
      'super-stream': group.stream,
    });
    return consumer;
  }

  async stats(partition: string): Promise<StreamStats> {
    const answer = await this.connection.request(command.streamStats, `stats of ${partition}`, (writer) =>
      writer.string(partition),
    );
    const stats = new Map<string, bigint>();
    for (let left = answer.uint32(); left > 0; left--) stats.set(answer.string(), answer.int64());
    return { first: stats.get('first_chunk_id') ?? -1n, newestChunk: stats.get('committed_chunk_id') ?? -1n };
  }

  /** The newest offset of a stream that holds something, read from its last chunk. */
  async lastOffset(partition: string): Promise<bigint> {
    return (await this.readChunk(partition, 'last')).lastOffset;
  }

  /** The newest offset; undefined when the partition is empty. */
  async newestOffset(partition: string): Promise<bigint | undefined> {
    const { newestChunk } = await this.stats(partition);
    return newestChunk < 0n ? undefined : this.lastOffset(partition);
  }

  /** When the oldest chunk was stored, in milliseconds since the epoch; undefined when the partition is empty. */
  async oldestStoredAt(partition: string): Promise<number | undefined> {
    const { newestChunk } = await this.stats(partition);
    return newestChunk < 0n ? undefined : (await this.readChunk(partition, 'first')).storedAt;
  }

  /** The chunk that a reader from this place gets first. Rejects when none comes: the place must hold one. */
  async readChunk(partition: string, place: ChunkPlace): Promise<Chunk> {
    const id = this.#freeId();
    const arrived = Promise.withResolvers<Chunk>();
    const timer = setTimeout(() => arrived.reject(new Error(`${partition}: no chunk arrived`)), CHUNK_MS);
    const end = (): void => arrived.reject(new Error(`${partition}: the connection ended`));
    const noteStats = (): void => undefined;
    const receive = (bytes: Buffer): void => {
      try {
        arrived.resolve(new Chunk(bytes));
      } catch (error) {
        arrived.reject(new Error(`${partition}: a chunk is damaged`, { cause: error }));
      }
    };
    this.#subscribe(id, place, 1, { partition, receive, noteStats, end }).catch(arrived.reject);
    try {
      return await arrived.promise;
    } finally {
      clearTimeout(timer);
      await this.#unsubscribe(id);
    }
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  async #subscribe(
    id: number,
    place: ChunkPlace,
    credit: number,
    subscriber: Subscriber,
    properties: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { partition } = subscriber;
    // Before the answer: the first chunk may arrive in the same packet.
    this.#subscribers.set(id, subscriber);
    try {
      await this.connection.request(command.subscribe, `subscribe to ${partition}`, (writer) => {
        writer.uint8(id).string(partition);
        return writePlace(writer, place).uint16(credit).map(properties);
      });
    } catch (error) {
      this.#subscribers.delete(id);
      throw error;
    }
  }

  async #unsubscribe(id: number): Promise<void> {
    if (!this.#subscribers.has(id)) return;
    // If the connection has ended, its subscriptions have ended too.
    await this.#connection
      ?.request(command.unsubscribe, 'unsubscribe', (writer) => writer.uint8(id))
      .catch(() => undefined);
    this.#subscribers.delete(id);
  }

  #answerUpdate(correlation: number, from: StartPosition | undefined): void {
    const frame = new FrameWriter(command.consumerUpdate | ANSWER).uint32(correlation).uint16(OK);
    this.#connection?.send(from === undefined ? frame.uint16(OFFSET.none) : writePlace(frame, toPlace(from)));
  }

  #credit(id: number, chunks: number): void {
    if (this.#subscribers.has(id)) {
      this.#connection?.send(new FrameWriter(command.credit).uint8(id).uint16(chunks));
    }
  }

  async #pollEnds(): Promise<void> {
    for (const subscriber of this.#subscribers.values()) {
      // If the broker does not answer, the connection ends, and with it the subscriptions.
      const stats = await this.stats(subscriber.partition).catch(() => undefined);
      if (stats !== undefined) subscriber.noteStats(stats);
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
}

function toPlace(from: StartPosition): ChunkPlace {
  return from === 'first' ? from : { offset: firstWanted(from) };
}

function writePlace(writer: FrameWriter, place: ChunkPlace): FrameWriter {
  if (place === 'first' || place === 'last') return writer.uint16(OFFSET[place]);
  if ('offset' in place) return writer.uint16(OFFSET.numeric).uint64(place.offset);
  return writer.uint16(OFFSET.timestamp).uint64(BigInt(place.moment));
}
