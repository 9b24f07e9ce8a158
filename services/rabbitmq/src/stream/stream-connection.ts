import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { withTimeout } from '@gavel/resilience';
import { FrameReader, FrameSplitter } from '../wire/frame-reader.ts';
import { FrameWriter } from '../wire/frame-writer.ts';
import { ANSWER, command, OK, StreamRequestRefused } from '../wire/protocol.ts';
import type { StreamAddress } from './stream-address.ts';

/** Longest frame that is read: a chunk holds what the broker stored at once, of messages of at most 1 MiB each by default. */
const MAX_FRAME = 256 * 1024 * 1024;
/** Longest frame that is written, unless the broker wants shorter ones. This is the broker's default. */
const MAX_WRITTEN_FRAME = 1024 * 1024;
const ANSWER_MS = 5_000;
const CLOSE_MS = 2_000;
const HEARTBEAT_S = 2;
/** How long the broker may be silent. Longer than our heartbeat: a busy broker may stall, and none replaces it. */
const SILENCE_MS = 10_000;

export interface StreamConnectionOptions {
  /** Shown in the broker's management pages. */
  readonly name: string;
  /**
   * The broker closes a client that was silent for two to three heartbeats, and gives its partitions to other members of its
   * group. Default: 2 s.
   */
  readonly heartbeatSeconds?: number;
  /** Aborts connecting. An open connection is not affected. */
  readonly signal?: AbortSignal;
  readonly listener: StreamListener;
}

/** What the broker sends without a request. */
export interface StreamListener {
  /** `chunk` is a view of the received frame; `committed` the first offset of the newest chunk in the stream. */
  onDeliver?(subscription: number, committed: bigint, chunk: Buffer): void;
  /** A subscription with single active consumer becomes active or inactive. The broker waits for an answer. */
  onConsumerUpdate?(subscription: number, active: boolean, correlation: number): void;
  /** The messages with these publishing ids are stored. */
  onConfirmed?(publisher: number, publishingIds: readonly number[]): void;
  /** A message was refused, with a response code of the protocol. */
  onPublishFailed?(publisher: number, publishingId: number, code: number): void;
  /** The stream, or its leader or replica on this node, is gone, with all that was declared on it here. */
  onStreamGone?(stream: string): void;
  /** Called once, however the connection ends. */
  onClose(error: Error): void;
}

interface Waiting {
  readonly key: number;
  readonly what: string;
  readonly resolve: (answer: FrameReader) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * One connection of RabbitMQ's stream protocol, for reading and publishing. Every wait has a timeout, a silent broker is
 * noticed within ten seconds, and anything unexpected ends the connection with an error instead of the process. It never
 * reconnects by itself.
 */
export class StreamConnection {
  readonly #socket: Socket;
  readonly #listener: StreamListener;
  readonly #splitter = new FrameSplitter(MAX_FRAME);
  readonly #waiting = new Map<number, Waiting>();
  readonly #tuned = Promise.withResolvers<FrameReader>();
  #frameMax = MAX_WRITTEN_FRAME;
  #correlation = 0;
  #lastReceived = Date.now();
  #heartbeat: NodeJS.Timeout | undefined;
  #ended: Error | undefined;

  private constructor(socket: Socket, listener: StreamListener) {
    this.#socket = socket;
    this.#listener = listener;
    // Requests of the sign-in report the same error.
    this.#tuned.promise.catch(() => undefined);
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.#receive(data));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('stream connection closed by the broker')));
  }

  /** Connects and signs in. Rejects within 5 s a step, also for a wrong password or virtual host. */
  static async open(address: StreamAddress, options: StreamConnectionOptions): Promise<StreamConnection> {
    options.signal?.throwIfAborted();
    const { host, port } = address;
    const socket = address.tls
      ? connectTls({ host, port, servername: host })
      : connectTcp({ host, port, keepAlive: true });
    const connection = new StreamConnection(socket, options.listener);
    const giveUp = (): void => connection.fail(new Error('connecting was aborted'));
    options.signal?.addEventListener('abort', giveUp);
    try {
      const connected = connection.#connected(address.tls ? 'secureConnect' : 'connect');
      await withTimeout('connecting to the stream port', ANSWER_MS, connected);
      await connection.#signIn(address, options);
      return connection;
    } catch (error) {
      connection.fail(error instanceof Error ? error : new Error(String(error), { cause: error }));
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', giveUp);
    }
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** The longest frame that the broker takes, in bytes without its size field. */
  get frameMax(): number {
    return this.#frameMax;
  }

  /** Sends a request and resolves with its answer, read up to the response code, which is OK. */
  request(key: number, what: string, fields: (writer: FrameWriter) => FrameWriter): Promise<FrameReader> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#correlation += 1;
    const correlation = this.#correlation;
    const frame = fields(new FrameWriter(key).uint32(correlation)).frame();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(new Error(`${what}: no answer within ${ANSWER_MS} ms`)),
        ANSWER_MS,
      );
      this.#waiting.set(correlation, { key: key | ANSWER, what, resolve, reject, timer });
      this.#socket.write(frame);
    });
  }

  /** Sends a command that has no answer. */
  send(writer: FrameWriter): void {
    if (!this.#ended) this.#socket.write(writer.frame());
  }

  /** Sends finished frames. All frames of one turn of the event loop are sent with one system call. */
  sendFrames(frames: readonly Buffer[]): void {
    if (this.#ended || frames.length === 0) return;
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
    for (const frame of frames) this.#socket.write(frame);
  }

  /** Ends the connection at once. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = error;
    clearInterval(this.#heartbeat);
    this.#socket.destroy();
    this.#tuned.reject(error);
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(error);
    }
    this.#waiting.clear();
    this.#listener.onClose(error);
  }

  /** Notifies the broker and closes the connection; never rejects. */
  async close(): Promise<void> {
    if (this.#ended) return;
    const answered = this.request(command.close, 'close', (writer) => writer.uint16(OK).string('bye'));
    // The socket is destroyed in any case, so it makes no difference whether the broker still answers.
    await withTimeout('closing', CLOSE_MS, answered).catch(() => undefined);
    this.fail(new Error('stream connection closed'));
  }

  #connected(event: 'connect' | 'secureConnect'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once(event, resolve);
      this.#socket.once('close', () => reject(this.#ended ?? new Error('stream connection closed')));
    });
  }

  async #signIn(address: StreamAddress, { name, heartbeatSeconds }: StreamConnectionOptions): Promise<void> {
    await this.request(command.peerProperties, 'introduce', (writer) =>
      writer.map({ product: 'gavel', connection_name: name, platform: 'Node.js' }),
    );
    await this.request(command.saslHandshake, 'SASL handshake', (writer) => writer);
    const plain = Buffer.from(`\u0000${address.user}\u0000${address.password}`);
    await this.request(command.saslAuthenticate, 'sign in', (writer) => writer.string('PLAIN').bytes(plain));
    const heartbeat = await this.#tune(heartbeatSeconds ?? HEARTBEAT_S);
    await this.request(command.open, `open virtual host ${address.vhost}`, (writer) =>
      writer.string(address.vhost),
    );
    // With version 2 of Deliver every chunk contains the end of the stream, which is used to compute the lag.
    await this.request(command.exchangeCommandVersions, 'exchange versions', (writer) =>
      writer.uint32(1).uint16(command.deliver).uint16(1).uint16(2),
    );
    this.#heartbeat = setInterval(() => this.#beat(), (heartbeat * 1000) / 2);
  }

  /** Answers the broker's offer, and returns the seconds between heartbeats. */
  async #tune(wanted: number): Promise<number> {
    const offer = await withTimeout('tuning by the broker', ANSWER_MS, this.#tuned.promise);
    const frameMax = offer.uint32();
    const heartbeat = offer.uint32();
    if (frameMax > 0) this.#frameMax = Math.min(frameMax, MAX_WRITTEN_FRAME);
    const seconds = heartbeat === 0 ? wanted : Math.min(heartbeat, wanted);
    this.send(new FrameWriter(command.tune).uint32(frameMax).uint32(seconds));
    return seconds;
  }

  #beat(): void {
    if (Date.now() - this.#lastReceived > SILENCE_MS) {
      this.fail(new Error(`the broker was silent for ${SILENCE_MS} ms`));
      return;
    }
    this.send(new FrameWriter(command.heartbeat));
  }

  // Nothing may throw out of a socket listener: that would be an uncaught exception, the end of the process.
  #receive(data: Buffer): void {
    this.#lastReceived = Date.now();
    try {
      for (const frame of this.#splitter.push(data)) this.#dispatch(frame);
    } catch (error) {
      this.fail(new Error('unreadable frame from the broker', { cause: error }));
    }
  }

  #dispatch(frame: Buffer): void {
    const reader = new FrameReader(frame);
    const key = reader.uint16();
    const version = reader.uint16();
    switch (key) {
      case command.publishConfirm:
        this.#confirmed(reader);
        break;
      case command.publishError:
        this.#publishFailed(reader);
        break;
      case command.deliver: {
        const subscription = reader.uint8();
        const committed = version >= 2 ? reader.uint64() : -1n;
        this.#listener.onDeliver?.(subscription, committed, reader.rest());
        break;
      }
      case command.metadataUpdate:
        reader.uint16();
        this.#listener.onStreamGone?.(reader.string());
        break;
      case command.tune:
        this.#tuned.resolve(reader);
        break;
      case command.consumerUpdate: {
        const correlation = reader.uint32();
        const subscription = reader.uint8();
        this.#listener.onConsumerUpdate?.(subscription, reader.uint8() === 1, correlation);
        break;
      }
      case command.close:
        this.#closedByBroker(reader);
        break;
      case command.heartbeat:
      case command.credit | ANSWER:
        break;
      default:
        this.#answered(key, reader);
    }
  }

  #confirmed(reader: FrameReader): void {
    const publisher = reader.uint8();
    const ids: number[] = [];
    for (let left = reader.uint32(); left > 0; left--) ids.push(reader.uint53());
    this.#listener.onConfirmed?.(publisher, ids);
  }

  #publishFailed(reader: FrameReader): void {
    const publisher = reader.uint8();
    for (let left = reader.uint32(); left > 0; left--) {
      const publishingId = reader.uint53();
      this.#listener.onPublishFailed?.(publisher, publishingId, reader.uint16());
    }
  }

  #answered(key: number, reader: FrameReader): void {
    const correlation = reader.uint32();
    const waiting = this.#waiting.get(correlation);
    if (waiting === undefined || waiting.key !== key) return;
    this.#waiting.delete(correlation);
    clearTimeout(waiting.timer);
    const code = reader.uint16();
    if (code === OK) waiting.resolve(reader);
    else waiting.reject(new StreamRequestRefused(waiting.what, code));
  }

  #closedByBroker(reader: FrameReader): void {
    const correlation = reader.uint32();
    const code = reader.uint16();
    const reason = reader.string();
    this.send(new FrameWriter(command.close | ANSWER).uint32(correlation).uint16(OK));
    this.fail(new StreamRequestRefused(`closed by the broker (${reason})`, code));
  }
}
