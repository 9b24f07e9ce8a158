import { EventEmitter } from 'node:events';
import { type Client, connect } from 'rabbitmq-stream-js-client';
import { destroyStreamSockets } from './hidden-sockets.ts';
import { withTimeout } from './with-timeout.ts';

// The client shakes hands inside an async 'connect' listener. A refused password or a connection that dies half-way
// would be an unhandled rejection, which ends the process; captured, it fails the socket and so rejects connect().
EventEmitter.captureRejections = true;

const CONNECT_TIMEOUT_MS = 5_000;

// The client makes a buffer for each frame, of 64 KiB unless told otherwise. At 200 events a second, each in a frame of
// its own, that was a full garbage collection every half second, of up to 15 ms. It grows threefold at a time.
const FRAME_BUFFER_BYTES = 4 * 1024;

/** A connected stream client for a `rabbitmq-stream://user:pass@host:port/vhost` URL. Rejects within 5 seconds. */
export async function connectStreamClient(
  streamUrl: string,
  connectionName: string,
  onClosed: () => void,
): Promise<Client> {
  const url = new URL(streamUrl);
  const opening = connect({
    hostname: url.hostname,
    port: Number(url.port || '5552'),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    vhost: decodeURIComponent(url.pathname.slice(1)) || '/',
    connectionName,
    bufferSizeSettings: { initialSize: FRAME_BUFFER_BYTES },
    listeners: { connection_closed: onClosed },
  });
  try {
    return await withTimeout('connecting to the stream', CONNECT_TIMEOUT_MS, opening);
  } catch (error) {
    // One that a broker answers after all, too late, must not stay open.
    opening.then(destroyStreamSockets, () => undefined);
    throw error;
  }
}
