import type { Socket } from 'node:net';
import type { ChannelModel } from 'amqplib';
import type { Client } from 'rabbitmq-stream-js-client';

// Neither library gives up a socket whose peer does not answer: end() waits until all that was written has been read.
// Both keep it in a field that their types do not show.

/** Ends an AMQP connection for good, whatever its broker does. */
export function destroyAmqpSocket(connection: ChannelModel): void {
  const { stream } = connection.connection as unknown as { stream?: Socket };
  stream?.destroy();
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
