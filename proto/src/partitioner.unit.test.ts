import { describe, expect, it } from 'vitest';
import { murmur3, partitionFor } from './partitioner.ts';
import { partitionsOf } from './topology.ts';

describe('murmur3', () => {
  // Reference values of the x86 32-bit variant from the algorithm's published test vectors.
  it.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['test', 0, 0xba6bd213],
    ['test', 0x9747b28c, 0x704b81dc],
    ['Hello, world!', 0, 0xc0363e43],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('hashes %j with seed %i as published', (text, seed, expected) => {
    expect(murmur3(Buffer.from(text), seed)).toBe(expected);
  });
});

describe('partitionFor', () => {
  it('is stable and stays within the partitions', () => {
    const partitions = new Set(partitionsOf('gavel.bids'));
    const seen = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const partition = partitionFor('gavel.bids', `item-${i}`);
      expect(partition).toBe(partitionFor('gavel.bids', `item-${i}`));
      expect(partitions.has(partition)).toBe(true);
      seen.add(partition);
    }
    expect(seen).toEqual(partitions);
  });
});
