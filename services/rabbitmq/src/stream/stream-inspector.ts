import { Chunk } from '../wire/chunk.ts';
import type { FrameWriter } from '../wire/frame-writer.ts';
import { command, StreamRequestRefused } from '../wire/protocol.ts';
import { queryPublishingId } from './publishing-connection.ts';
import { parseStreamUrl } from './stream-address.ts';
import { StreamConnection } from './stream-connection.ts';

/** A place in a partition to look up. A moment is milliseconds since the epoch. */
export type ChunkPlace = 'first' | 'last' | { readonly offset: bigint } | { readonly moment: number };

/** What a chunk says of itself: the messages that the broker stored at once. */
export interface ChunkNote {
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  /** When the broker stored it, milliseconds since the epoch. */
  readonly storedAt: number;
}

/** Questions about partitions, without reading them. */
export interface StreamInspector {
  /** First offset still held and the first offset of the newest chunk; undefined while it holds nothing. */
  bounds(partition: string): Promise<{ readonly first: bigint; readonly newestChunk: bigint } | undefined>;
  /** The chunk that a reader would be given first; undefined when none is stored there yet. Chunks are stamped, messages are not. */
  chunkAt(partition: string, place: ChunkPlace): Promise<ChunkNote | undefined>;
  /** The last publishing id that a partition has seen from a named publisher; 0 for none. */
  lastPublishingId(partition: string, publisher: string): Promise<bigint>;
  close(): Promise<void>;
}

const STREAM_DOES_NOT_EXIST = 2;
const OFFSET = { first: 1, last: 2, offset: 4, timestamp: 5 } as const;
/** So long is waited for a chunk. */
const CHUNK_MS = 3_000;

/** True for the broker's word that there is no such stream. */
export function isMissingStream(error: unknown): boolean {
  return error instanceof StreamRequestRefused && error.code === STREAM_DOES_NOT_EXIST;
}

/** Opens a connection of its own. Rejects within 5 s a step when the broker is away or refuses. */
export async function inspectStream(url: string, name: string): Promise<StreamInspector> {
  const waiting = new Map<number, { arrived(chunk: Chunk): void; ended(error: Error): void }>();
  const connection = await StreamConnection.open(parseStreamUrl(url), {
    name,
    listener: {
      onDeliver: (id, _, bytes) => waiting.get(id)?.arrived(new Chunk(bytes)),
      onClose: (error) => {
        for (const wait of waiting.values()) wait.ended(error);
      },
    },
  });
  let nextId = 0;

  const bounds: StreamInspector['bounds'] = async (partition) => {
    const answer = await connection.request(command.streamStats, `stats of ${partition}`, (writer) =>
      writer.string(partition),
    );
    const stats = new Map<string, bigint>();
    for (let left = answer.uint32(); left > 0; left--) stats.set(answer.string(), answer.int64());
    const first = stats.get('first_chunk_id') ?? -1n;
    const newestChunk = stats.get('committed_chunk_id') ?? -1n;
    return newestChunk < 0n ? undefined : { first, newestChunk };
  };

  const awaitChunk = async (partition: string, place: ChunkPlace): Promise<Chunk | undefined> => {
    const id = nextId;
    nextId = (nextId + 1) % 256;
    let timer: NodeJS.Timeout | undefined;
    const chunk = new Promise<Chunk | undefined>((resolve, reject) => {
      timer = setTimeout(() => resolve(undefined), CHUNK_MS);
      waiting.set(id, { arrived: resolve, ended: reject });
    });
    // The connection may end while subscribing, which then rejects both.
    chunk.catch(() => undefined);
    try {
      await connection.request(command.subscribe, `look into ${partition}`, (writer) =>
        writePlace(writer.uint8(id).string(partition), place).uint16(1).map({}),
      );
      return await chunk;
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
      // A connection that ended meanwhile has no subscription left to end.
      await connection
        .request(command.unsubscribe, 'unsubscribe', (writer) => writer.uint8(id))
        .catch(() => undefined);
    }
  };

  /** For places that hold something by the broker's own word: silence is a broker in trouble and not an empty place. */
  const storedChunk = async (partition: string, place: ChunkPlace): Promise<Chunk> => {
    const chunk = await awaitChunk(partition, place);
    if (chunk === undefined) throw new Error(`look into ${partition}: no answer within ${CHUNK_MS} ms`);
    return chunk;
  };

  return {
    bounds,
    async chunkAt(partition, place) {
      if ((await bounds(partition)) === undefined) return undefined;
      if (place === 'last' || place === 'first') return note(await storedChunk(partition, place));
      const last = await storedChunk(partition, 'last');
      if (isBeyond(last, place)) return undefined;
      return note(await storedChunk(partition, place));
    },
    lastPublishingId: (partition, publisher) => queryPublishingId(connection, partition, publisher),
    close: () => connection.close(),
  };
}

function writePlace(writer: FrameWriter, place: ChunkPlace): FrameWriter {
  if (place === 'first' || place === 'last') return writer.uint16(OFFSET[place]);
  if ('offset' in place) return writer.uint16(OFFSET.offset).uint64(place.offset);
  return writer.uint16(OFFSET.timestamp).uint64(BigInt(place.moment));
}

function isBeyond(last: Chunk, place: { offset: bigint } | { moment: number }): boolean {
  return 'offset' in place ? place.offset > last.lastOffset : place.moment > last.storedAt;
}

function note(chunk: Chunk): ChunkNote {
  return { firstOffset: chunk.firstOffset, lastOffset: chunk.lastOffset, storedAt: chunk.storedAt };
}
