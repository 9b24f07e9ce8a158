import { FrameWriter } from '../adapters/stream/frame-writer.ts';
import { parseStreamUrl } from '../adapters/stream/stream-address.ts';
import { StreamConnection } from '../adapters/stream/stream-connection.ts';

const DECLARE_PUBLISHER = 0x0001;
const PUBLISH = 0x0002;
const PUBLISHER = 1;

/** Puts bytes into a stream that no client library would: the broker stores what it is given. */
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
  await connection.request(DECLARE_PUBLISHER, 'declare publisher', (writer) =>
    writer.uint8(PUBLISHER).string('').string(partition),
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
  await connection.close();
}
