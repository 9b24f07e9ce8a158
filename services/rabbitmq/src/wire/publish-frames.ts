import { encodedLength, encodeMessage, type OutgoingMessage } from './encode-message.ts';
import { command } from './protocol.ts';

/** Size, key, version, publisher and count of messages. */
const HEADER = 4 + 2 + 2 + 1 + 4;
/** Publishing id and length of each message. */
const MESSAGE_HEADER = 8 + 4;
/** A frame is sent when it has this many bytes. Larger frames were published no faster, smaller ones cost the broker more. */
const FRAME_BYTES = 64 * 1024;
const FIRST_CAPACITY = 8 * 1024;

/**
 * Builds the Publish frames of one publisher. Messages are encoded into one buffer that is kept, and finished frames are
 * copies of exactly their length: small frames then come out of Node's buffer pool and leave no garbage of their own.
 */
export class PublishFrames {
  readonly #publisher: number;
  readonly #frameMax: number;
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  #at = HEADER;
  #count = 0;
  #frames: Buffer[] = [];

  /** @param frameMax the longest frame, without its size field, that the broker takes */
  constructor(publisher: number, frameMax: number) {
    this.#publisher = publisher;
    this.#frameMax = frameMax;
  }

  /** Adds a message. Returns false, and adds nothing, when it fits into no frame. */
  add(publishingId: number, message: OutgoingMessage): boolean {
    const length = encodedLength(message);
    if (!this.#begin(publishingId, length)) return false;
    this.#at = encodeMessage(message, this.#buffer, this.#at);
    return true;
  }

  /** Adds a message whose bytes are given. */
  addBytes(publishingId: number, bytes: Uint8Array): boolean {
    if (!this.#begin(publishingId, bytes.length)) return false;
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
    return true;
  }

  /** Returns the finished frames, in order, and resets the builder. */
  take(): Buffer[] {
    this.#finish();
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  #begin(publishingId: number, length: number): boolean {
    const needed = MESSAGE_HEADER + length;
    if (HEADER + needed - 4 > this.#frameMax) return false;
    if (this.#count > 0 && this.#at + needed > FRAME_BYTES) this.#finish();
    this.#makeRoom(this.#at + needed);
    // A publishing id is a position in an outbox, far below 2^53, and this is many times faster than a bigint.
    this.#buffer.writeUInt32BE(Math.floor(publishingId / 0x1_0000_0000), this.#at);
    this.#buffer.writeUInt32BE(publishingId % 0x1_0000_0000, this.#at + 4);
    this.#buffer.writeUInt32BE(length, this.#at + 8);
    this.#at += MESSAGE_HEADER;
    this.#count += 1;
    return true;
  }

  #makeRoom(length: number): void {
    if (length <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(length, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  #finish(): void {
    if (this.#count === 0) return;
    const buffer = this.#buffer;
    buffer.writeUInt32BE(this.#at - 4, 0);
    buffer.writeUInt16BE(command.publish, 4);
    buffer.writeUInt16BE(1, 6);
    buffer.writeUInt8(this.#publisher, 8);
    buffer.writeUInt32BE(this.#count, 9);
    this.#frames.push(Buffer.from(buffer.subarray(0, this.#at)));
    this.#at = HEADER;
    this.#count = 0;
    // A large message must not keep its large buffer in memory.
    if (buffer.length > 2 * FRAME_BYTES) this.#buffer = Buffer.allocUnsafe(FRAME_BYTES);
  }
}
