import { StreamRequestRefused } from '../wire/protocol.ts';
import { queryPublishingId } from './publishing-connection.ts';
import { parseStreamUrl } from './stream-address.ts';
import { type ChunkPlace, StreamSession } from './stream-session.ts';
import type { StreamStats } from './stream-subscription.ts';

/** The header of a chunk. A chunk is the messages that the broker stored at once. */
export interface ChunkNote {
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  /** When the broker stored it, in milliseconds since the epoch. */
  readonly storedAt: number;
}

/** Answers questions about partitions without reading them. */
export interface StreamInspector {
  /**
   * The first offset that the stream still holds, and the first offset of the newest chunk; undefined while the
   * partition holds nothing.
   */
  bounds(partition: string): Promise<StreamStats | undefined>;
  /** The chunk that a reader from this place gets first; undefined when none is stored there yet. Times are per chunk. */
  chunkAt(partition: string, place: ChunkPlace): Promise<ChunkNote | undefined>;
  /** The highest publishing id that a partition has from a publisher name; 0 for none. */
  lastPublishingId(partition: string, publisher: string): Promise<bigint>;
  close(): Promise<void>;
}

const STREAM_DOES_NOT_EXIST = 2;

/** True when the broker answered that there is no such stream. */
export function isMissingStream(error: unknown): boolean {
  return error instanceof StreamRequestRefused && error.code === STREAM_DOES_NOT_EXIST;
}

/** Opens a connection of its own. Rejects within 5 s a step when the broker is unavailable or refuses. */
export async function inspectStream(url: string, name: string): Promise<StreamInspector> {
  const session = await StreamSession.open(parseStreamUrl(url), name);
  const bounds = async (partition: string): Promise<StreamStats | undefined> => {
    const stats = await session.stats(partition);
    return stats.newestChunk < 0n ? undefined : stats;
  };
  return {
    bounds,
    async chunkAt(partition, place) {
      if ((await bounds(partition)) === undefined) return undefined;
      if (place === 'last' || place === 'first') return note(await session.readChunk(partition, place));
      const last = await session.readChunk(partition, 'last');
      const isBeyond = 'offset' in place ? place.offset > last.lastOffset : place.moment > last.storedAt;
      return isBeyond ? undefined : note(await session.readChunk(partition, place));
    },
    lastPublishingId: (partition, publisher) => queryPublishingId(session.connection, partition, publisher),
    close: () => session.close(),
  };
}

function note({ firstOffset, lastOffset, storedAt }: ChunkNote): ChunkNote {
  return { firstOffset, lastOffset, storedAt };
}
