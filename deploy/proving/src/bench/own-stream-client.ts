import { connectPublishing } from '@gavel/rabbitmq/publishing-connection';
import { connectForeignClient } from '@gavel/rabbitmq/testing/foreign-client';
import type { WireEvent } from './sample-events.ts';

const SCRATCH_STREAM = 'bench.own-stream';
const WINDOW = 5_000;
/** The same number as a relay claims at once. */
const BATCH = 1_000;

/** Events per second that Gavel's own stream client publishes and gets confirmed, without other parts of Gavel. */
export async function ownStreamPublish(streamUrl: string, events: readonly WireEvent[]): Promise<number> {
  let confirmed = 0;
  let wake = (): void => undefined;
  const admin = await connectForeignClient(streamUrl);
  await admin.createStream({ stream: SCRATCH_STREAM });
  const connection = await connectPublishing({
    url: streamUrl,
    name: 'bench',
    onConfirmed() {
      confirmed += 1;
      wake();
    },
  });
  const publisher = await connection.declare(SCRATCH_STREAM, 'bench');
  const began = performance.now();
  for (let sent = 0; sent < events.length; ) {
    while (sent - confirmed > WINDOW - BATCH) await new Promise<void>((resolve) => (wake = resolve));
    const from = sent;
    const batch = events.slice(from, from + BATCH);
    publisher.publish(
      batch.map(({ subject, headers, body }, i) => ({
        publishingId: from + i + 1,
        message: { messageId: String(from + i), subject, contentType: 'application/protobuf', headers, body },
      })),
    );
    sent += batch.length;
  }
  while (confirmed < events.length) await new Promise<void>((resolve) => (wake = resolve));
  const rate = (events.length * 1000) / (performance.now() - began);
  await connection.close();
  await admin.deleteStream({ stream: SCRATCH_STREAM });
  await admin.close();
  return rate;
}
