/** Longest request in bytes. Published messages have frames of their own: publish-frames.ts. */
const CAPACITY = 4096;

/**
 * Builds one request frame of the stream protocol: size, command key, version and fields, big-endian
 * (https://github.com/rabbitmq/rabbitmq-server/blob/v4.0.5/deps/rabbitmq_stream/docs/PROTOCOL.adoc).
 */
export class FrameWriter {
  readonly #buffer = Buffer.allocUnsafe(CAPACITY);
  #at = 4;

  constructor(key: number, version = 1) {
    this.uint16(key).uint16(version);
  }

  uint8(value: number): this {
    this.#at = this.#buffer.writeUInt8(value, this.#at);
    return this;
  }

  uint16(value: number): this {
    this.#at = this.#buffer.writeUInt16BE(value, this.#at);
    return this;
  }

  uint32(value: number): this {
    this.#at = this.#buffer.writeUInt32BE(value, this.#at);
    return this;
  }

  uint64(value: bigint): this {
    this.#at = this.#buffer.writeBigUInt64BE(value, this.#at);
    return this;
  }

  string(value: string): this {
    const length = Buffer.byteLength(value);
    this.uint16(length);
    if (this.#at + length > CAPACITY) throw new RangeError('stream protocol request is too long');
    this.#at += this.#buffer.write(value, this.#at, 'utf8');
    return this;
  }

  bytes(value: Uint8Array): this {
    this.uint32(value.length);
    if (this.#at + value.length > CAPACITY) throw new RangeError('stream protocol request is too long');
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  map(entries: Readonly<Record<string, string>>): this {
    const pairs = Object.entries(entries);
    this.uint32(pairs.length);
    for (const [key, value] of pairs) this.string(key).string(value);
    return this;
  }

  /** The finished frame. The writer cannot be used again. */
  frame(): Buffer {
    this.#buffer.writeUInt32BE(this.#at - 4, 0);
    return this.#buffer.subarray(0, this.#at);
  }
}
