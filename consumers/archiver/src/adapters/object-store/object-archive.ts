import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { ObjectStore } from '@gavel/object-store/object-store';
import {
  type Archive,
  type ArchiveEnd,
  BrokenSegment,
  type LogMessage,
  type SegmentDraft,
} from '../../application/ports.ts';
import { encodeManifest, type Manifest, parseManifest } from './manifest.ts';
import { type ArchivedMessage, decodeSegment, SegmentEncoder } from './segment-bytes.ts';
import { parseSegmentKey, type SegmentName, segmentKey } from './segment-keys.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A segment of the archive without its messages. */
export interface StoredSegment extends SegmentName {
  /** Compressed size; undefined when the messages are missing although the manifest is there. */
  readonly size: number | undefined;
}

/** The archive as it is written and read. */
export interface ObjectArchive extends Archive {
  /** Every segment of a partition, in no particular order. A segment without a manifest was never completed and is left out. */
  list(partition: string): Promise<readonly StoredSegment[]>;
  /** Throws `BrokenSegment`. */
  manifest(segment: SegmentName): Promise<Manifest>;
  /** The messages of a segment, after their checksum was compared. Throws `BrokenSegment`. */
  read(segment: SegmentName): Promise<readonly ArchivedMessage[]>;
}

/**
 * The archive in an object store. A segment is two objects, named by partition, generation and offsets: the messages, and then
 * the manifest, which makes the segment count. Every archiver that writes a segment writes the same bytes, so a segment
 * that is written again, after a kill or by a second archiver, changes nothing.
 */
export function createObjectArchive(store: ObjectStore): ObjectArchive {
  const manifest = async (segment: SegmentName): Promise<Manifest> => {
    const key = segmentKey(segment, 'json');
    const bytes = await store.get(key);
    if (bytes === undefined) throw new BrokenSegment(`${key} is missing`);
    const found = parseManifest(bytes);
    if (found === undefined) throw new BrokenSegment(`${key} is damaged: it is not a manifest`);
    return found;
  };
  const list = async (partition: string): Promise<readonly StoredSegment[]> => {
    const sizes = new Map<string, number>();
    const named: SegmentName[] = [];
    for (const { key, size } of await store.list(`${partition}/`)) {
      const name = parseSegmentKey(key);
      if (name === undefined || name.partition !== partition) continue;
      if (name.kind === 'zst') sizes.set(key, size);
      else named.push(name);
    }
    return named.map(({ generation, first, last }) => {
      const name = { partition, generation, first, last };
      return { ...name, size: sizes.get(segmentKey(name, 'zst')) };
    });
  };
  return {
    list,
    manifest,
    async read(segment) {
      const { sha256, messages } = await manifest(segment);
      const key = segmentKey(segment, 'zst');
      const packed = await store.get(key);
      if (packed === undefined) throw new BrokenSegment(`${key} is missing`);
      const found = createHash('sha256').update(packed).digest('hex');
      if (found !== sha256) {
        throw new BrokenSegment(
          `${key} is damaged: its SHA-256 is ${found}, and the manifest says ${sha256}`,
        );
      }
      const decoded = decodeSegment(await decompress(packed));
      if (decoded.length === messages) return decoded;
      throw new BrokenSegment(`${key} has ${decoded.length} messages, and the manifest says ${messages}`);
    },
    async end(partition) {
      const newest = (await list(partition)).reduce<StoredSegment | undefined>(
        (best, each) => (best === undefined || isAfter(each, best) ? each : best),
        undefined,
      );
      if (newest === undefined) return undefined;
      const { lastMessage } = await manifest(newest);
      return { generation: newest.generation, last: newest.last, fingerprint: lastMessage };
    },
    draft: (partition, generation, first) => new Draft(store, partition, generation, first),
  };
}

function isAfter(one: SegmentName, other: SegmentName): boolean {
  if (one.generation !== other.generation) return one.generation > other.generation;
  return one.last > other.last;
}

class Draft implements SegmentDraft {
  readonly #store: ObjectStore;
  readonly #partition: string;
  readonly #generation: number;
  readonly #first: bigint;
  readonly #encoder = new SegmentEncoder();
  #oldest: number | undefined;
  #newest: LogMessage | undefined;
  #messages = 0;

  constructor(store: ObjectStore, partition: string, generation: number, first: bigint) {
    this.#store = store;
    this.#partition = partition;
    this.#generation = generation;
    this.#first = first;
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#encoder.bytes;
  }

  get oldest(): number | undefined {
    return this.#oldest;
  }

  add(message: LogMessage): void {
    this.#encoder.add(message);
    this.#oldest ??= message.storedAt;
    this.#newest = message;
    this.#messages += 1;
  }

  async store(): Promise<ArchiveEnd> {
    const newest = this.#newest;
    if (newest === undefined) throw new Error('a segment holds at least one message');
    const [partition, generation, first] = [this.#partition, this.#generation, this.#first];
    const name: SegmentName = { partition, generation, first, last: newest.offset };
    const packed = await compress(this.#encoder.content);
    await this.#store.put(segmentKey(name, 'zst'), packed);
    const manifest = encodeManifest({
      format: 1,
      partition,
      generation,
      first: String(first),
      last: String(newest.offset),
      messages: this.#messages,
      firstStoredAt: new Date(this.#oldest ?? newest.storedAt).toISOString(),
      lastStoredAt: new Date(newest.storedAt).toISOString(),
      lastMessage: newest.fingerprint,
      bytes: this.#encoder.bytes,
      sha256: createHash('sha256').update(packed).digest('hex'),
    });
    await this.#store.put(segmentKey(name, 'json'), manifest);
    return { generation, last: newest.offset, fingerprint: newest.fingerprint };
  }
}
