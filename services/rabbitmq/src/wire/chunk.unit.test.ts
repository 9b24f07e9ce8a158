import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../stream/event-source.ts';
import { chunkBytes as chunk, entry, subBatch } from '../testing/chunk-bytes.ts';
import { Chunk, DamagedChunk } from './chunk.ts';

function read(bytes: Buffer, from = 0n, limit = 1_000): [bigint, string][] {
  const into: Delivery[] = [];
  new Chunk(bytes).drain(into, { messages: limit, bytes: 1_000_000 }, from);
  return into.map(({ offset, content }) => [
    offset,
    content.ok ? Buffer.from(content.body).toString() : content.problem,
  ]);
}

describe('Chunk', () => {
  const three = chunk(10n, 3, entry('a'), entry('b'), entry('c'));

  it('gives each message its offset, and leaves out those before the wanted one', () => {
    expect(read(three)).toEqual([
      [10n, 'a'],
      [11n, 'b'],
      [12n, 'c'],
    ]);
    expect(read(three, 11n)).toEqual([
      [11n, 'b'],
      [12n, 'c'],
    ]);
    expect(new Chunk(three).lastOffset).toBe(12n);
  });

  it('can be taken in parts', () => {
    const parts = new Chunk(three);
    const [one, two]: [Delivery[], Delivery[]] = [[], []];
    expect(parts.drain(one, { messages: 2, bytes: 100 }, 0n)).toBe(false);
    expect(parts.drain(two, { messages: 2, bytes: 100 }, 0n)).toBe(true);
    expect([one.length, two.length]).toEqual([2, 1]);
  });

  it('returns no more bytes at once than the limit, plus one sub-batch', () => {
    const zeros = Buffer.concat([entry('x'.repeat(200)), entry('y'.repeat(200))]);
    const bomb = subBatch(1, 2, gzipSync(zeros), zeros.length);
    const bytes = new Chunk(chunk(0n, 6, bomb, bomb, bomb));
    const sizes = [1, 2, 3].map(() => {
      const into: Delivery[] = [];
      bytes.drain(into, { messages: 100, bytes: 300 }, 0n);
      return into.length;
    });
    expect(sizes).toEqual([2, 2, 2]);
  });

  const records = Buffer.concat([entry('x'), entry('y')]);
  it.each<[string, number, Buffer]>([
    ['not compressed', 0, records],
    ['gzip', 1, gzipSync(records)],
    ['zstd', 4, zstdCompressSync(records)],
  ])('unpacks a sub-batch (%s) among plain messages', (_, method, packed) => {
    const bytes = chunk(5n, 4, entry('a'), subBatch(method, 2, packed, records.length), entry('b'));
    expect(read(bytes)).toEqual([
      [5n, 'a'],
      [6n, 'x'],
      [7n, 'y'],
      [8n, 'b'],
    ]);
    expect(read(bytes, 7n)).toEqual([
      [7n, 'y'],
      [8n, 'b'],
    ]);
  });

  it('reports an unreadable sub-batch at its last offset and continues after it', () => {
    const unreadable: [string, Buffer][] = [
      ['method 2', subBatch(2, 3, Buffer.from('snappy'), 10)],
      ['cannot be unpacked', subBatch(1, 3, Buffer.from('not gzip'), 10)],
      ['cannot be unpacked', subBatch(1, 3, gzipSync(Buffer.alloc(100_000)), 10)],
      ['too large', subBatch(1, 3, Buffer.from('x'), 2_000_000_000)],
      ['does not contain the number', subBatch(0, 3, records, records.length)],
    ];
    for (const [problem, sub] of unreadable) {
      expect(read(chunk(5n, 5, entry('a'), sub, entry('b')))).toEqual([
        [5n, 'a'],
        [8n, expect.stringContaining(problem)],
        [9n, 'b'],
      ]);
    }
  });

  it('detects damage', () => {
    const damaged = Buffer.from(three);
    damaged[60] = (damaged[60] ?? 0) ^ 1;
    expect(() => new Chunk(damaged)).toThrow(DamagedChunk);
    expect(() => new Chunk(three.subarray(0, 50))).toThrow(DamagedChunk);
    expect(() => new Chunk(three.subarray(0, 20))).toThrow(DamagedChunk);
  });
});
