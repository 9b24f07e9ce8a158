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
