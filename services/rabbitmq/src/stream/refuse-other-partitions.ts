import { partitionsOf, type StreamName, streams } from '@gavel/proto/topology';
import { StreamRequestRefused } from '../wire/protocol.ts';

/** The broker has more partitions of a stream than this version. A reader would leave out their events, and a relay would break the order. */
class OtherPartitions extends Error {
  override readonly name = 'OtherPartitions';

  constructor(stream: StreamName, found: string) {
    super(
      `${stream} has a partition ${found} on the broker, and this version knows only ${partitionsOf(stream).length} partitions: ` +
        `run the version that made it, or delete ${found} if it was made by mistake`,
    );
  }
}

/**
 * Rejects with `OtherPartitions` when the partition after the last known one exists. Fewer partitions are not refused: a
 * partition that was lost looks the same, and is declared again and refilled.
 * @param ask any request about a partition, which the broker refuses when there is no such stream
 */
export async function refuseOtherPartitions(
  stream: string,
  ask: (partition: string) => Promise<unknown>,
): Promise<void> {
  if (!isStreamName(stream)) return;
  const next = `${stream}-${partitionsOf(stream).length}`;
  try {
    await ask(next);
  } catch (error) {
    if (error instanceof StreamRequestRefused) return;
    throw error;
  }
  throw new OtherPartitions(stream, next);
}

function isStreamName(name: string): name is StreamName {
  return Object.hasOwn(streams, name);
}
