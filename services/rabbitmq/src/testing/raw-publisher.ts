import { randomUUID } from 'node:crypto';
import { connectPublishing } from '../stream/publishing-connection.ts';

/** Publishes bytes that no client library would send, and resolves when the broker has stored all of them. */
export async function publishRaw(
  streamUrl: string,
  partition: string,
  bytes: readonly Buffer[],
): Promise<void> {
  const stored = Promise.withResolvers<void>();
  let left = bytes.length;
  const connection = await connectPublishing({
    url: streamUrl,
    name: 'raw publisher',
    onConfirmed() {
      left -= 1;
      if (left === 0) stored.resolve();
    },
  });
  const publisher = await connection.declare(partition, randomUUID());
  publisher.publish(bytes.map((each, i) => ({ publishingId: i + 1, bytes: each })));
  const lost = connection.ended.then((error) => {
    throw error;
  });
  if (left > 0) await Promise.race([stored.promise, lost]);
  lost.catch(() => undefined);
  await connection.close();
}
