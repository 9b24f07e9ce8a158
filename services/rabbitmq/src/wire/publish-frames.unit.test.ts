import { describe, expect, it } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import { command } from './protocol.ts';
import { PublishFrames } from './publish-frames.ts';

/** What a broker would read from the frames: publisher, and publishing id and bytes of each message. */
function read(frames: readonly Buffer[]): { publisher: number; messages: [number, string][] }[] {
  return frames.map((frame) => {
    const reader = new FrameReader(frame);
    expect(reader.uint32()).toBe(frame.length - 4);
    expect([reader.uint16(), reader.uint16()]).toEqual([command.publish, 1]);
    const publisher = reader.uint8();
    const messages: [number, string][] = [];
    for (let left = reader.uint32(); left > 0; left--) {
      messages.push([reader.uint53(), reader.bytes(reader.uint32()).toString()]);
    }
    expect(reader.rest()).toHaveLength(0);
    return { publisher, messages };
  });
}

describe('PublishFrames', () => {
  it('puts several messages into one frame, in order, with ids above 32 bits', () => {
    const frames = new PublishFrames(3, 1_000_000);
    frames.addBytes(1, Buffer.from('a'));
    frames.addBytes(2 ** 40 + 5, Buffer.from('b'));
    expect(read(frames.take())).toEqual([
      {
        publisher: 3,
        messages: [
          [1, 'a'],
          [2 ** 40 + 5, 'b'],
        ],
      },
    ]);
    expect(frames.take()).toEqual([]);
  });

  it('starts another frame when one is full, and loses no message', () => {
    const frames = new PublishFrames(0, 1_000_000);
    const sent = Array.from({ length: 500 }, (_, i): [number, string] => [i + 1, 'x'.repeat(i * 3)]);
    for (const [id, text] of sent) expect(frames.addBytes(id, Buffer.from(text))).toBe(true);
    const finished = frames.take();
    expect(finished.length).toBeGreaterThan(1);
    expect(finished.every((frame) => frame.length <= 64 * 1024)).toBe(true);
    expect(read(finished).flatMap(({ messages }) => messages)).toEqual(sent);
  });

  it('refuses a message that fits into no frame, and continues with the next', () => {
    const frames = new PublishFrames(0, 200_000);
    // 21 bytes in addition to the message: key, version, publisher, count, publishing id and length.
    expect(frames.addBytes(1, Buffer.alloc(200_000 - 21))).toBe(true);
    expect(frames.addBytes(2, Buffer.alloc(200_000 - 20))).toBe(false);
    expect(frames.addBytes(3, Buffer.from('c'))).toBe(true);
    const [large, small] = read(frames.take());
    expect(large?.messages.map(([id]) => id)).toEqual([1]);
    expect(small?.messages).toEqual([[3, 'c']]);
  });
});
