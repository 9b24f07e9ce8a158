import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { parseStreamUrl } from '../stream/stream-address.ts';
import { StreamConnection } from '../stream/stream-connection.ts';
import { FrameWriter } from '../wire/frame-writer.ts';

const DECLARE_PUBLISHER = 0x0001;
const PUBLISH = 0x0002;
const QUERY_PUBLISHER = 0x0005;
const PUBLISHER = 1;
const AWHILE = { timeout: 30_000, interval: 50 };

/** Puts bytes into a stream that no client library would, and resolves when the broker has stored what it was given. */
export async function publishRaw(
  streamUrl: string,
  partition: string,
  bytes: readonly Buffer[],
): Promise<void> {
  const ignore = (): void => undefined;
  const connection = await StreamConnection.open(parseStreamUrl(streamUrl), 'raw publisher', {
    onDeliver: ignore,
    onStreamGone: ignore,
    onClose: ignore,
  });
  const name = randomUUID();
  await connection.request(DECLARE_PUBLISHER, 'declare publisher', (writer) =>
    writer.uint8(PUBLISHER).string(name).string(partition),
  );
  for (const [i, message] of bytes.entries()) {
    connection.send(
      new FrameWriter(PUBLISH)
        .uint8(PUBLISHER)
        .uint32(1)
        .uint64(BigInt(i + 1))
        .bytes(message),
    );
  }
  // The connection ignores confirms, which nobody asks for: asked, the broker says which one it stored last.
  await vi.waitFor(async () => {
    const answer = await connection.request(QUERY_PUBLISHER, 'query publisher', (writer) =>
      writer.string(name).string(partition),
    );
    expect(answer.uint64()).toBe(BigInt(bytes.length));
  }, AWHILE);
  await connection.close();
}
