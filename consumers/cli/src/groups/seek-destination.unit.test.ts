import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Extent } from '@gavel/consumer-runtime/extent';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  formatDestination,
  parseShift,
  partitionsOfDestination,
  readPositions,
  resolveDestination,
} from './seek-destination.ts';

const PARTITIONS = ['gavel.bids-0', 'gavel.bids-1', 'gavel.bids-2'];
const extent: Extent = {
  partition: 'gavel.bids-0',
  first: 100n,
  next: 200n,
  newestChunk: 190n,
  oldestAt: 0,
  newestAt: 0,
};
// Only an offset in time asks the broker.
const nobody: StreamInspector = {
  bounds: () => Promise.reject(new Error('not asked')),
  chunkAt: () => Promise.reject(new Error('not asked')),
  lastPublishingId: () => Promise.reject(new Error('not asked')),
  close: () => Promise.resolve(),
};

describe('a shift', () => {
  it.each([
    ['-10', 149n, 140n],
    ['10', 149n, 160n],
    ['+10', 149n, 160n],
    ['-1000', 149n, 100n],
    ['1000', 149n, 200n],
    ['-5', null, 100n],
    ['5', null, 105n],
    ['5', 20n, 105n],
  ])('of %s from checkpoint %s reads on at %s', async (text, committed, expected) => {
    expect(await resolveDestination(nobody, extent, parseShift(text), committed)).toBe(expected);
  });

  it.each(['0', '1.5', '-15m', 'x', '', '--1'])('refuses %j', (text) => {
    expect(() => parseShift(text)).toThrow('It must be a number of messages');
  });

  it('is recorded with its distance', () => {
    expect(formatDestination(parseShift('-1000'))).toBe('shift -1000');
  });
});

describe('a file of positions', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gavel-positions-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const read = async (content: string) => {
    const file = join(folder, 'positions.json');
    await writeFile(file, content);
    return readPositions(file, PARTITIONS);
  };

  it('moves the partitions that it names, each to its offset', async () => {
    const destination = await read('{"gavel.bids-0": 150, "gavel.bids-2": "first"}');
    expect(partitionsOfDestination(destination, PARTITIONS)).toEqual(['gavel.bids-0', 'gavel.bids-2']);
    expect(await resolveDestination(nobody, extent, destination, 199n)).toBe(150n);
    const third = { ...extent, partition: 'gavel.bids-2' };
    expect(await resolveDestination(nobody, third, destination, null)).toBe(100n);
  });

  it('refuses an offset that retention has removed', async () => {
    const destination = await read('{"gavel.bids-0": 99}');
    await expect(resolveDestination(nobody, extent, destination, 199n)).rejects.toMatchObject({
      reason: 'refused',
    });
  });

  it.each([
    ['{"gavel.bids-9": 1}', 'notFound', 'no partition gavel.bids-9'],
    ['{"gavel.bids-0": "soon"}', 'usage', 'gavel.bids-0: soon is not an offset'],
    ['{"gavel.bids-0": -1}', 'usage', 'names no partitions'],
    ['{}', 'usage', 'names no partitions'],
    ['[1]', 'usage', 'names no partitions'],
    ['oops', 'usage', 'is not JSON'],
  ])('%j is refused', async (content, reason, message) => {
    await expect(read(content)).rejects.toMatchObject({ reason, message: expect.stringContaining(message) });
  });

  it('that does not exist is refused', async () => {
    const missing = readPositions(join(folder, 'missing.json'), PARTITIONS);
    await expect(missing).rejects.toMatchObject({ reason: 'usage' });
  });
});
