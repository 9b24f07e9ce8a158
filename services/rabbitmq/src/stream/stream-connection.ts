import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FrameReader } from '../wire/frame-reader.ts';
import { FrameSplitter } from '../wire/frame-splitter.ts';
import { FrameWriter } from '../wire/frame-writer.ts';
import { ANSWER, command, OK, StreamRequestRefused } from '../wire/protocol.ts';
import type { StreamAddress } from './stream-address.ts';

/** Newest bound: a chunk holds what the broker gathered at once, and its messages are at most 1 MiB each by default. */
const MAX_FRAME = 256 * 1024 * 1024;
const ANSWER_MS = 5_000;
/** The broker gives up on a peer that was silent for two to three of these, and its partitions to others of its group. */
const HEARTBEAT_S = 2;
/** How long the broker may be silent: longer, as a busy one may stall, and nobody takes its place. */
const SILENCE_MS = 10_000;

interface Waiting {
  readonly key: number;
  readonly what: string;
  readonly resolve: (answer: FrameReader) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** What the broker sends unasked. */
export interface StreamListener {
  /** `chunk` is a view of the received frame; `committed` the first offset of the newest chunk in the stream. */
  onDeliver(subscription: number, committed: bigint, chunk: Buffer): void;
  /** A subscription of a group is told to read from now on, or no longer. Has to be answered with answerUpdate. */
  onConsumerUpdate?(subscription: number, active: boolean, correlation: number): void;
  /** The stream was removed, or its leader or replica here went away. Its subscriptions on this connection are gone. */
  onStreamGone(stream: string): void;
  /** Once, however the connection ends. */
  onClose(error: Error): void;
}

/**
 * One connection that speaks the consuming half of RabbitMQ's stream protocol. Every wait has a time-out, a silent
 * peer is noticed within ten seconds, and any surprise ends the connection with an error instead of the process;
 * it never reconnects by itself.
 */
export class StreamConnection {
  readonly #socket: Socket;
  readonly #listener: StreamListener;
  readonly #splitter = new FrameSplitter(MAX_FRAME);
  readonly #waiting = new Map<number, Waiting>();
  #correlation = 0;
  #tuned: ((frame: FrameReader) => void) | undefined;
  #lastReceived = Date.now();
  #heartbeat: NodeJS.Timeout | undefined;
  #ended: Error | undefined;

  private constructor(socket: Socket, listener: StreamListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.#receive(data));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('stream connection closed by the broker')));
  }

  /** Connects and signs in. Rejects within 5 s a step, also for a wrong password or virtual host. */
  static async open(
    address: StreamAddress,
    name: string,
    listener: StreamListener,
  ): Promise<StreamConnection> {
    const { host, port } = address;
    const socket = address.tls
      ? connectTls({ host, port, servername: host })
      : connectTcp({ host, port, keepAlive: true });
    const connection = new StreamConnection(socket, listener);
    try {
      await connection.#connected(address.tls ? 'secureConnect' : 'connect');
      await connection.#signIn(address, name);
      return connection;
    } catch (error) {
      connection.#end(
        error instanceof Error ? error : new Error('stream connection failed', { cause: error }),
      );
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** Sends a request and resolves with its answer, read up to the response code, which is OK. */
  request(key: number, what: string, fields: (writer: FrameWriter) => FrameWriter): Promise<FrameReader> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#correlation += 1;
    const correlation = this.#correlation;
    const frame = fields(new FrameWriter(key).uint32(correlation)).frame();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#end(new Error(`${what}: no answer within ${ANSWER_MS} ms`)),
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

  /** Says goodbye and closes; never rejects. */
  async close(): Promise<void> {
    if (this.#ended) return;
    // Whether the broker still answers makes no difference: the socket goes either way.
    await this.request(command.close, 'close', (writer) => writer.uint16(OK).string('bye')).catch(
      () => undefined,
    );
    this.#end(new Error('stream connection closed'));
  }

  #connected(event: 'connect' | 'secureConnect'): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no connection within ${ANSWER_MS} ms`)), ANSWER_MS);
      const settle = (settled: () => void) => (): void => {
        clearTimeout(timer);
        settled();
      };
      this.#socket.once(event, settle(resolve));
      this.#socket.once(
        'close',
        settle(() => reject(this.#ended ?? new Error('stream connection closed'))),
      );
    });
  }

  async #signIn(address: StreamAddress, name: string): Promise<void> {
    const tuned = this.#tune();
    // Rejected by #end too; the requests below report the same error.
    tuned.catch(() => undefined);
    await this.request(command.peerProperties, 'introduce', (writer) =>
      writer.map({ product: 'gavel', connection_name: name, platform: 'Node.js' }),
    );
    await this.request(command.saslHandshake, 'SASL handshake', (writer) => writer);
    const plain = Buffer.from(`\u0000${address.user}\u0000${address.password}`);
    await this.request(command.saslAuthenticate, 'sign in', (writer) => writer.string('PLAIN').bytes(plain));
    await tuned;
    await this.request(command.open, `open virtual host ${address.vhost}`, (writer) =>
      writer.string(address.vhost),
    );
    // With Deliver in version 2 every chunk tells how far the stream reaches, which is what lag is measured by.
    await this.request(command.exchangeCommandVersions, 'exchange versions', (writer) =>
      writer.uint32(1).uint16(command.deliver).uint16(1).uint16(2),
    );
    this.#heartbeat = setInterval(() => this.#beat(), (HEARTBEAT_S * 1000) / 2);
  }

  async #tune(): Promise<void> {
    const offered = await new Promise<FrameReader>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no tuning by the broker')), 3 * ANSWER_MS);
      this.#tuned = (frame) => {
        clearTimeout(timer);
        resolve(frame);
      };
    });
    const frameMax = offered.uint32();
    const heartbeat = offered.uint32();
    const seconds = heartbeat === 0 ? HEARTBEAT_S : Math.min(heartbeat, HEARTBEAT_S);
    this.send(new FrameWriter(command.tune).uint32(frameMax).uint32(seconds));
  }

  #beat(): void {
    if (Date.now() - this.#lastReceived > SILENCE_MS) {
      this.#end(new Error(`broker was silent for ${SILENCE_MS} ms`));
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
      this.#end(new Error('unreadable frame from the broker', { cause: error }));
    }
  }

  #dispatch(frame: Buffer): void {
    const reader = new FrameReader(frame);
    const key = reader.uint16();
    const version = reader.uint16();
    switch (key) {
      case command.deliver: {
        const subscription = reader.uint8();
        const committed = version >= 2 ? reader.uint64() : -1n;
        this.#listener.onDeliver(subscription, committed, reader.rest());
        return;
      }
      case command.metadataUpdate:
        reader.uint16();
        this.#listener.onStreamGone(reader.string());
        return;
      case command.tune:
        this.#tuned?.(reader);
        return;
      case command.consumerUpdate: {
        const correlation = reader.uint32();
        const subscription = reader.uint8();
        this.#listener.onConsumerUpdate?.(subscription, reader.uint8() === 1, correlation);
        return;
      }
      case command.close:
        this.#closedByBroker(reader);
        return;
      case command.heartbeat:
      case command.credit | ANSWER:
        return;
      default:
        this.#answered(key, reader);
    }
  }

  #answered(key: number, reader: FrameReader): void {
    const waiting = this.#waiting.get(reader.uint32());
    if (waiting === undefined || waiting.key !== key) return;
    for (const [correlation, other] of this.#waiting)
      if (other === waiting) this.#waiting.delete(correlation);
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
    this.#end(new StreamRequestRefused(`closed by the broker (${reason})`, code));
  }

  #end(error: Error): void {
    if (this.#ended) return;
    this.#ended = error;
    clearInterval(this.#heartbeat);
    this.#socket.destroy();
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(error);
    }
    this.#waiting.clear();
    this.#listener.onClose(error);
  }
}
