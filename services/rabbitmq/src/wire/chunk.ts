import { crc32, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Delivery } from '../stream/event-source.ts';
import { toDelivery } from './decode-message.ts';

/** A sub-batch that unpacks to more bytes than this is reported, not unpacked: a few kilobytes can hold gigabytes of zeros. */
const MAX_UNPACKED = 16 * 1024 * 1024;
const HEADER = 48;

/** The remaining limits for taking messages out of chunks: number of messages, and unpacked bytes. */
export interface Room {
  messages: number;
  bytes: number;
}

/** Thrown when the framing of a chunk is damaged. Messages inside an undamaged chunk never throw. */
export class DamagedChunk extends Error {
  override readonly name = 'DamagedChunk';
}

/**
 * One chunk as the broker stores and sends it (an "osiris chunk"; stream protocol, Deliver). The bytes are kept as they
 * arrived and messages are decoded when they are taken, so buffered chunks need no more memory than they had on the wire.
 */
export class Chunk {
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  /** When the broker stored it, in milliseconds since the epoch. */
  readonly storedAt: number;
  /** Size on the wire, in bytes. */
  readonly bytes: number;
  readonly #data: Buffer;
  #at = 0;
  #next: bigint;
  #unpacked: Delivery[] = [];

  constructor(frame: Buffer) {
    if (frame.length < HEADER) throw new DamagedChunk('chunk is shorter than its header');
    if (frame[0] !== 0x50) throw new DamagedChunk(`unknown chunk format 0x${(frame[0] ?? 0).toString(16)}`);
    const records = frame.readUInt32BE(4);
    this.storedAt = Number(frame.readBigInt64BE(8));
    this.firstOffset = frame.readBigUInt64BE(24);
    this.lastOffset = this.firstOffset + BigInt(records) - 1n;
    const length = frame.readUInt32BE(36);
    this.bytes = frame.length;
    // Only user chunks hold messages. The broker does not send its own records; if it did, they would be skipped.
    this.#data = frame[1] === 0 ? frame.subarray(HEADER, HEADER + length) : Buffer.alloc(0);
    if (frame[1] === 0 && this.#data.length !== length)
      throw new DamagedChunk('chunk is shorter than its header says');
    if (frame[1] === 0 && crc32(this.#data) !== frame.readUInt32BE(32))
      throw new DamagedChunk(`checksum of the chunk at offset ${this.firstOffset} does not match`);
    this.#next = this.firstOffset;
  }

  /** Messages that have not been taken. */
  get left(): number {
    return Number(this.lastOffset - this.#next) + 1 + this.#unpacked.length;
  }

  /**
   * Moves messages at or after `from` to `into` while there is room. Returns true when the chunk is empty. A sub-batch counts
   * with all its bytes when it is unpacked, because one message of it keeps all of it in memory.
   */
  drain(into: Delivery[], room: Room, from: bigint): boolean {
    while (room.messages > 0) {
      const before = into.length;
      const unpacked = this.#unpacked.pop();
      if (unpacked !== undefined) {
        if (unpacked.offset >= from) into.push(unpacked);
      } else if (this.#at >= this.#data.length) return true;
      else if (room.bytes <= 0) return false;
      else this.#entry(into, room, from);
      room.messages -= into.length - before;
    }
    return this.#unpacked.length === 0 && this.#at >= this.#data.length;
  }

  #entry(into: Delivery[], room: Room, from: bigint): void {
    const first = this.#data[this.#at] ?? 0;
    if (first & 0x80) {
      this.#subBatch(first, room);
      return;
    }
    const body = this.#bytes(this.#uint32());
    const offset = this.#next;
    this.#next += 1n;
    room.bytes -= body.length;
    if (offset >= from) into.push(toDelivery(body, offset, this.storedAt));
  }

  #subBatch(header: number, room: Room): void {
    this.#at += 1;
    const records = this.#uint16();
    const unpackedLength = this.#uint32();
    const packed = this.#bytes(this.#uint32());
    const first = this.#next;
    this.#next += BigInt(records);
    const result = unpack((header >> 4) & 0x07, packed, unpackedLength);
    room.bytes -= result.ok ? result.data.length : packed.length;
    const messages = result.ok ? splitRecords(result.data, records) : undefined;
    if (messages === undefined) {
      const problem = result.ok
        ? 'sub-batch does not contain the number of messages in its header'
        : result.problem;
      const content = { ok: false, problem, bytes: packed } as const;
      // One delivery for the whole sub-batch, at its last offset: a restarted consumer continues after it.
      this.#unpacked = [{ offset: this.#next - 1n, storedAt: this.storedAt, content }];
      return;
    }
    this.#unpacked = messages
      .map((bytes, i) => toDelivery(bytes, first + BigInt(i), this.storedAt))
      .reverse();
  }

  #uint16(): number {
    const value = this.#bytes(2);
    return value.readUInt16BE();
  }

  #uint32(): number {
    const value = this.#bytes(4);
    return value.readUInt32BE();
  }

  #bytes(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#data.length) throw new DamagedChunk('an entry runs past the end of its chunk');
    const view = this.#data.subarray(this.#at, end);
    this.#at = end;
    return view;
  }
}

type Unpacked = { ok: true; data: Buffer } | { ok: false; problem: string };

function unpack(method: number, packed: Buffer, length: number): Unpacked {
  if (length > MAX_UNPACKED) return { ok: false, problem: `sub-batch of ${length} bytes is too large` };
  const options = { maxOutputLength: Math.max(length, 1) };
  try {
    if (method === 0) return { ok: true, data: packed };
    if (method === 1) return { ok: true, data: gunzipSync(packed, options) };
    if (method === 4) return { ok: true, data: zstdDecompressSync(packed, options) };
  } catch (error) {
    return {
      ok: false,
      problem: `sub-batch cannot be unpacked: ${error instanceof Error ? error.message : error}`,
    };
  }
  return {
    ok: false,
    problem: `sub-batch is compressed with method ${method}; 0 (none), 1 (gzip) and 4 (zstd) are read`,
  };
}

function splitRecords(data: Buffer, records: number): Buffer[] | undefined {
  const messages: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < records; i++) {
    if (at + 4 > data.length) return undefined;
    const end = at + 4 + data.readUInt32BE(at);
    if (end > data.length) return undefined;
    messages.push(data.subarray(at + 4, end));
    at = end;
  }
  return messages;
}
