import { expect, test } from 'vitest';
import { formatFigures } from '../figure.ts';
import type { Contender } from './compare-peers.ts';
import { comparisonFigures, describeSettings } from './comparison-figures.ts';
import { median } from './median.ts';

const gavel: Contender = {
  name: 'Gavel',
  settings: 'as it comes',
  publishing: {
    rate: 16_000,
    backlog: 50_000,
    latencies: [
      { channel: 'stream', p50: 2, p99: 10, events: 600 },
      { channel: 'exchange', p50: 4, p99: 8, events: 600 },
    ],
  },
};
const peer: Contender = {
  name: 'a-queue',
  settings: 'in batches',
  publishing: {
    rate: 4_000,
    backlog: 20_000,
    latencies: [
      { channel: 'stream', p50: 5, p99: 9, events: 600 },
      { channel: 'exchange', p50: 6, p99: 8, events: 600 },
    ],
  },
  idle: {
    rate: 32_000,
    backlog: 20_000,
    latencies: [{ channel: 'job', p50: 2, p99: 30, events: 600 }],
  },
};
const table = formatFigures(comparisonFigures([gavel, peer], 20_000));

test("a peer's line shows how many times faster Gavel is, by the slower of its two channels", () => {
  expect(table).toMatch(/Gavel: backlog → stream \+ exchange +16,000 +per second +80 % +≥ 15,000 kept/);
  expect(table).toMatch(/a-queue: backlog → empty handler .*20000 events; Gavel is 0\.50 × as fast/);
  expect(table).toMatch(/a-queue: commit → empty handler, p50 +2\.0 .*Gavel is 0\.50 × as fast/);
  expect(table).toMatch(/a-queue: commit → empty handler, p99 +30\.0 .*Gavel is 3\.00 × as fast/);
});

test('being faster than a peer that does the same job is a goal', () => {
  expect(table).toMatch(
    /a-queue: backlog → stream \+ exchange +4,000 +per second +20 % +< 16,000 kept +.*4\.00 ×/,
  );
  expect(table).toMatch(/a-queue: commit → handler by the broker, p50 +6\.0 +ms +≥ 4\.0 kept +.*1\.50 ×/);
  expect(table).toMatch(/a-queue: commit → handler by the broker, p99 +9\.0 +ms +≥ 10\.0 MISSED +.*0\.90 ×/);
});

test('the settings of every contender are printed below the table', () => {
  expect(describeSettings([gavel, peer], 200)).toContain('- a-queue: in batches');
});

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(() => median([])).toThrow('no values');
});
