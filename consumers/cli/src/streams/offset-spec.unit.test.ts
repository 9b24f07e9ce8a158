import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { formatOffset, parseOffset } from './offset-spec.ts';

const now = Date.UTC(2026, 4, 1, 12);

describe('an offset specification', () => {
  it.each([
    ['first', { kind: 'first' }],
    ['last', { kind: 'last' }],
    ['next', { kind: 'next' }],
    ['0', { kind: 'offset', offset: 0n }],
    ['9007199254740993', { kind: 'offset', offset: 9007199254740993n }],
    ['-90s', { kind: 'moment', at: now - 90_000 }],
    ['-15m', { kind: 'moment', at: now - 900_000 }],
    ['-1d', { kind: 'moment', at: now - 86_400_000 }],
    ['2026-05-01', { kind: 'moment', at: Date.UTC(2026, 4, 1) }],
    ['2026-05-01T14:00', { kind: 'moment', at: Date.UTC(2026, 4, 1, 14) }],
    ['2024-02-29', { kind: 'moment', at: Date.UTC(2024, 1, 29) }],
    ['2026-05-01 14:00', { kind: 'moment', at: Date.UTC(2026, 4, 1, 14) }],
    ['2026-05-01T14:00:00+02:00', { kind: 'moment', at: now }],
  ])('can be %s', (text, spec) => {
    expect(parseOffset(text, now)).toEqual(spec);
  });

  it.each([
    ...['', 'First', '-15', '15m', '1.5', '-1y', 'yesterday', '-999999999d'],
    // Days and times that do not exist.
    ...[
      '2026-13-01',
      '2026-02-30',
      '2026-02-29',
      '2026-04-31T10:00',
      '2026-02-30T10:00:00+02:00',
      '2026-00-10',
    ],
    ...['2026-05-01T25:00', '2026-05-01T12:60', '2026-05-01 (noon)', '2026-05-01Z'],
  ])('cannot be "%s"', (text) => {
    expect(() => parseOffset(text, now)).toThrow(InvalidArgumentError);
  });

  it('is formatted as a time that can be parsed again', () => {
    expect(formatOffset(parseOffset('-15m', now))).toBe('2026-05-01T11:45:00.000Z');
  });
});
