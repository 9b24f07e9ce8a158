/**
 * Splits a byte stream into frames (uint32 size, then that many bytes). A frame that arrives in many pieces is joined once,
 * when its last piece has arrived. Joining at every piece would take quadratic time for large chunks.
 */
export class FrameSplitter {
  readonly #maxFrame: number;
  #pieces: Buffer[] = [];
  #held = 0;
  #wanted = 4;

  /** @param maxFrame bytes. A longer frame throws, so that a broken peer cannot fill the memory. */
  constructor(maxFrame: number) {
    this.#maxFrame = maxFrame;
  }

  /** The frames that these bytes complete, without their size fields. */
  push(data: Buffer): Buffer[] {
    this.#pieces.push(data);
    this.#held += data.length;
    const frames: Buffer[] = [];
    if (this.#held < this.#wanted) return frames;
    let buffer = this.#pieces.length === 1 ? data : Buffer.concat(this.#pieces, this.#held);
    while (buffer.length >= 4) {
      const size = buffer.readUInt32BE(0);
      if (size > this.#maxFrame)
        throw new RangeError(`frame of ${size} bytes, at most ${this.#maxFrame} are taken`);
      if (buffer.length < 4 + size) break;
      frames.push(buffer.subarray(4, 4 + size));
      buffer = buffer.subarray(4 + size);
    }
    this.#wanted = buffer.length >= 4 ? 4 + buffer.readUInt32BE(0) : 4;
    this.#pieces = buffer.length > 0 ? [buffer] : [];
    this.#held = buffer.length;
    return frames;
  }
}

/** Reads the fields of one received frame in order. Throws a RangeError past its end. */
export class FrameReader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at = 0) {
    this.#buffer = buffer;
    this.#at = at;
  }

  uint8(): number {
    const value = this.#buffer.readUInt8(this.#at);
    this.#at += 1;
    return value;
  }

  uint16(): number {
    const value = this.#buffer.readUInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  uint32(): number {
    const value = this.#buffer.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  int64(): bigint {
    const value = this.#buffer.readBigInt64BE(this.#at);
    this.#at += 8;
    return value;
  }

  uint64(): bigint {
    const value = this.#buffer.readBigUInt64BE(this.#at);
    this.#at += 8;
    return value;
  }

  /** A uint64 as a number. Publishing ids, positions of an outbox, stay far below 2^53. */
  uint53(): number {
    return this.uint32() * 0x1_0000_0000 + this.uint32();
  }

  string(): string {
    return this.bytes(this.uint16()).toString('utf8');
  }

  /** A view of the next bytes, not a copy. */
  bytes(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#buffer.length) throw new RangeError('field runs past the end of its frame');
    const view = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return view;
  }

  rest(): Buffer {
    return this.bytes(this.#buffer.length - this.#at);
  }
}
