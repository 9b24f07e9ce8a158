import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { withTimeout } from '@gavel/resilience';
import amqp, { type Channel, type ChannelModel, type ConfirmChannel } from 'amqplib';
import type { Session } from '../session/supervise-session.ts';

export interface AmqpConnectionOptions {
  /** `amqp://user:pass@host:port/vhost`, or `amqps:`. */
  readonly url: string;
  /** Shown in the broker's list of connections. */
  readonly name: string;
  /** A broker that does not answer is noticed after two heartbeats. Default: what the broker proposes (60 s). */
  readonly heartbeatSeconds?: number;
  /** Aborts connecting. An open connection is not affected. */
  readonly signal?: AbortSignal;
  /**
   * Why the broker blocks publishers (it is short of memory or disk); undefined when it no longer does. While it blocks, it
   * reads nothing from connections that publish, so no confirm arrives.
   */
  onBlocked?(reason: string | undefined): void;
}

/** One AMQP 0-9-1 connection with one confirm channel. */
export interface AmqpConnection extends Session {
  readonly channel: ConfirmChannel;
  /** Aborted when the connection ended. */
  readonly lost: AbortSignal;
  /** Runs `work` on a separate channel, so that an error in it does not close the confirm channel. */
  withChannel<T>(what: string, work: (channel: Channel) => Promise<T>): Promise<T>;
  /**
   * Sends everything that `work` writes with one system call. amqplib alone makes one for each message, which was an eighth
   * of the relay's time.
   */
  writeTogether(work: () => void): void;
}

const STEP_TIMEOUT_MS = 5_000;
// A broker that is still electing leaders may leave a declaration unanswered for some seconds.
const CHANNEL_TIMEOUT_MS = 8_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** Connects and opens the confirm channel. Rejects within 5 seconds a step. */
export async function connectAmqp(options: AmqpConnectionOptions): Promise<AmqpConnection> {
  const { model, socket } = await connect(options);
  const lost = new AbortController();
  const ended = Promise.withResolvers<Error>();
  const fail = (error: Error): void => {
    if (lost.signal.aborted) return;
    // If the block lasts, the next connection reports it again.
    options.onBlocked?.(undefined);
    lost.abort();
    ended.resolve(error);
  };
  const report = (reason: string | undefined) => {
    if (!lost.signal.aborted) options.onBlocked?.(reason);
  };
  model.on('error', fail);
  model.on('close', () => fail(new Error('AMQP connection closed')));
  model.on('blocked', report);
  model.on('unblocked', () => report(undefined));
  const close = async (): Promise<void> => {
    fail(new Error('AMQP connection closed'));
    // A lost connection cannot be closed, and the socket is destroyed in any case.
    await withTimeout('closing', CLOSE_TIMEOUT_MS, model.close()).catch(() => undefined);
    socket.destroy();
  };
  try {
    const channel = await withTimeout('opening a channel', STEP_TIMEOUT_MS, model.createConfirmChannel());
    channel.on('error', fail);
    channel.on('close', () => fail(new Error('AMQP channel closed')));
    return {
      channel,
      ended: ended.promise,
      lost: lost.signal,
      fail,
      close,
      withChannel: (what, work) => withChannel(model, what, work),
      writeTogether(work) {
        socket.cork();
        // In the next tick, so that all writes of this turn of the event loop share the system call.
        process.nextTick(() => socket.uncork());
        work();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function connect(options: AmqpConnectionOptions): Promise<{ model: ChannelModel; socket: Socket }> {
  const { url, name, signal } = options;
  signal?.throwIfAborted();
  const { opening, socket } = withSocket(() =>
    amqp.connect(withHeartbeat(url, options.heartbeatSeconds), {
      timeout: STEP_TIMEOUT_MS,
      noDelay: true,
      keepAlive: true,
      clientProperties: { connection_name: name },
    }),
  );
  const giveUp = (): void => {
    socket?.destroy(new Error('connecting was aborted'));
  };
  signal?.addEventListener('abort', giveUp);
  try {
    const model = await withTimeout('connecting to RabbitMQ', STEP_TIMEOUT_MS, opening);
    if (socket === undefined) throw new Error('amqplib connected without a socket');
    return { model, socket };
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

/**
 * The socket that amqplib opens, which it does not return. It is needed to destroy a socket whose peer does not answer,
 * because amqplib never does, and to write messages together. Node announces each new socket on a diagnostics channel.
 */
function withSocket<T>(open: () => T): { opening: T; socket: Socket | undefined } {
  let socket: Socket | undefined;
  const note = (message: unknown): void => {
    const opened = (message as { socket?: unknown }).socket;
    if (opened instanceof Socket) socket ??= opened;
  };
  subscribe('net.client.socket', note);
  try {
    return { opening: open(), socket };
  } finally {
    unsubscribe('net.client.socket', note);
  }
}

async function withChannel<T>(
  model: ChannelModel,
  what: string,
  work: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = await withTimeout('opening a channel', STEP_TIMEOUT_MS, model.createChannel());
  // A channel error also rejects the call that caused it; without a listener the event would end the process.
  channel.on('error', () => undefined);
  const result = await withTimeout(what, CHANNEL_TIMEOUT_MS, work(channel));
  await withTimeout('closing a channel', STEP_TIMEOUT_MS, channel.close());
  return result;
}

/** amqplib accepts the heartbeat only as part of the URL. */
function withHeartbeat(address: string, seconds: number | undefined): string {
  if (seconds === undefined) return address;
  const url = new URL(address);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(seconds));
  return url.href;
}
