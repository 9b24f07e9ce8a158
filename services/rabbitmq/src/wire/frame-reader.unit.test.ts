import { describe, expect, it } from 'vitest';
import { FrameSplitter } from './frame-reader.ts';

const frame = (text: string): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([size, Buffer.from(text)]);
};

describe('FrameSplitter', () => {
  it.each([1, 2, 3, 5, 7, 100])('finds the same frames in pieces of %i bytes', (piece) => {
    const bytes = Buffer.concat(['one', '', 'a longer third frame', 'x'].map(frame));
    const splitter = new FrameSplitter(1_000);
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += piece) {
      for (const each of splitter.push(bytes.subarray(at, at + piece))) found.push(each.toString());
    }
    expect(found).toEqual(['one', '', 'a longer third frame', 'x']);
  });

  it('refuses a frame above the limit as soon as its size is known', () => {
    const splitter = new FrameSplitter(10);
    expect(() => splitter.push(frame('eleven bytes').subarray(0, 4))).toThrow(RangeError);
  });
});
