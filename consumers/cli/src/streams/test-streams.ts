import { CONTENT_TYPE } from '@gavel/proto/envelope';
import { connectAmqp } from '@gavel/rabbitmq/amqp-connection';
import { connectPublishing } from '@gavel/rabbitmq/publishing-connection';
import { withTimeout } from '@gavel/resilience';
import { CommandFailure } from '../command-failure.ts';
import type { TestEvent } from './parse-test-event.ts';
import { requireTestStream } from './stream-names.ts';

const CLIENT_NAME = 'gavel produce';
const MAX_BYTES = 100_000_000;
const CONFIRM_TIMEOUT_MS = 60_000;

/** Creates a test stream, which keeps its newest 100 MB, if it does not exist. */
export async function declareTestStream(amqpUrl: string, name: string): Promise<void> {
  requireTestStream(name);
  const connection = await connectAmqp({ url: amqpUrl, name: CLIENT_NAME });
  try {
    await connection.withChannel(`declaring ${name}`, (channel) =>
      channel.assertQueue(name, {
        durable: true,
        arguments: { 'x-queue-type': 'stream', 'x-max-length-bytes': MAX_BYTES },
      }),
    );
  } finally {
    await connection.close();
  }
}

/**
 * Publishes events to a test stream that exists, and resolves when the broker has confirmed all of them. Rejects when the connection
 * is lost, and after a minute without an answer: some of them may then be in the stream.
 */
export async function publishTestEvents(
  streamUrl: string,
  name: string,
  events: readonly TestEvent[],
): Promise<void> {
  requireTestStream(name);
  let left = events.length;
  const confirmed = Promise.withResolvers<void>();
  const connection = await connectPublishing({
    url: streamUrl,
    name: CLIENT_NAME,
    onConfirmed() {
      left -= 1;
      if (left === 0) confirmed.resolve();
    },
  });
  try {
    const publisher = await connection.declare(name, CLIENT_NAME);
    const tooLong = publisher.publish(
      events.map(({ envelope, headers, body }, index) => ({
        publishingId: publisher.lastPublishingId + index + 1,
        message: {
          messageId: envelope.id,
          subject: envelope.subject,
          contentType: CONTENT_TYPE,
          headers,
          body,
        },
      })),
    );
    if (tooLong.length > 0) {
      throw new CommandFailure('refused', `${tooLong.length} events are too large for the broker`);
    }
    const lost = connection.ended.then((error) => Promise.reject(error));
    await withTimeout(`publishing to ${name}`, CONFIRM_TIMEOUT_MS, Promise.race([confirmed.promise, lost]));
  } finally {
    await connection.close();
  }
}
