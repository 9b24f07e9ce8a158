import type { LogMessage } from '../../application/ports.ts';

/** A message that was read back from a segment. */
export type ArchivedMessage = Omit<LogMessage, 'fingerprint'>;

/** offset, time, length of the problem, length of the message */
const HEADER = 8 + 8 + 2 + 4;
const FIRST_SIZE = 64 * 1024;
const MAX_PROBLEM = 0xffff;

/**
 * Encodes messages one after the other, each as: offset (8 bytes), milliseconds since the epoch (8), length of the problem (2; 0
 * for a valid message), length of the message (4), problem, message. Numbers are big-endian.
 */
export class SegmentEncoder {
  #buffer = Buffer.allocUnsafe(FIRST_SIZE);
  #length = 0;

  get bytes(): number {
    return this.#length;
  }

  /** What was encoded so far, valid until the next `add`. */
  get content(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  add({ offset, storedAt, bytes, problem = '' }: ArchivedMessage): void {
    const reason = Buffer.from(problem).subarray(0, MAX_PROBLEM);
    this.#makeRoom(HEADER + reason.length + bytes.length);
    let at = this.#buffer.writeBigUInt64BE(offset, this.#length);
    at = this.#buffer.writeBigInt64BE(BigInt(storedAt), at);
    at = this.#buffer.writeUInt16BE(reason.length, at);
    at = this.#buffer.writeUInt32BE(bytes.length, at);
    this.#buffer.set(reason, at);
    this.#buffer.set(bytes, at + reason.length);
    this.#length = at + reason.length + bytes.length;
  }

  #makeRoom(bytes: number): void {
    let size = this.#buffer.length;
    while (size < this.#length + bytes) size *= 2;
    if (size === this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(size);
    larger.set(this.content);
    this.#buffer = larger;
  }
}

/** Throws a RangeError when the content ends inside a message. */
export function decodeSegment(content: Buffer): ArchivedMessage[] {
  const messages: ArchivedMessage[] = [];
  for (let at = 0; at < content.length; ) {
    const offset = content.readBigUInt64BE(at);
    const storedAt = Number(content.readBigInt64BE(at + 8));
    const problemLength = content.readUInt16BE(at + 16);
    const length = content.readUInt32BE(at + 18);
    const from = at + HEADER + problemLength;
    const bytes = content.subarray(from, from + length);
    if (bytes.length !== length) throw new RangeError('the segment ends inside a message');
    messages.push({
      offset,
      storedAt,
      bytes,
      ...(problemLength > 0 && { problem: content.toString('utf8', at + HEADER, from) }),
    });
    at = from + length;
  }
  return messages;
}
