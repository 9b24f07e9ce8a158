import type { Socket } from 'node:net';
import type { ChannelModel } from 'amqplib';
import type { Client, Publisher } from 'rabbitmq-stream-js-client';

// Neither library gives up a socket whose peer does not answer: end() waits until all that was written has been read.
// Both keep it in a field that their types do not show.

/** Ends an AMQP connection for good, whatever its broker does. */
export function destroyAmqpSocket(connection: ChannelModel): void {
  amqpSocket(connection)?.destroy();
}

/**
 * Gathers what amqplib writes in one turn of the event loop into one system call. By itself it makes one for every
 * message, which was an eighth of the relay's time.
 */
export function writeTogether(connection: ChannelModel): void {
  const socket = amqpSocket(connection);
  if (!socket) return;
  const write = socket.write.bind(socket) as (...chunk: unknown[]) => boolean;
  socket.write = (...chunk: unknown[]): boolean => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(...chunk);
  };
}

function amqpSocket(connection: ChannelModel): Socket | undefined {
  return (connection.connection as unknown as { stream?: Socket }).stream;
}

/**
 * Spares a stream publisher the description of each frame that its client makes for its debug log, on or off: an array of
 * all bytes, half a megabyte of garbage for a full one.
 */
export function writeQuietly(publisher: Publisher): void {
  const { connection } = publisher as unknown as { connection: StreamConnection };
  const send = connection.send.bind(connection);
  connection.send = (request) =>
    send({
      key: request.key,
      toBuffer: (limits) => Object.assign(request.toBuffer(limits), { toJSON: () => 'a frame' }),
    });
}

interface StreamConnection {
  send(request: { readonly key: number; toBuffer(limits: unknown): Buffer }): Promise<void>;
}

/** Ends all connections of a stream client for good, whatever their broker does. */
export function destroyStreamSockets(client: Client): void {
  const { locatorConnection, publishers } = client as unknown as {
    locatorConnection?: { socket?: Socket };
    publishers?: Map<string, { connection?: { socket?: Socket } }>;
  };
  locatorConnection?.socket?.destroy();
  for (const { connection } of publishers?.values() ?? []) connection?.socket?.destroy();
}
