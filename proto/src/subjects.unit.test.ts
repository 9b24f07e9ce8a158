import { describe, expect, it } from 'vitest';
import { eventSubject, isSubject, isSubscription, subjectMatches, toBindingKey } from './subjects.ts';

describe('subjects', () => {
  it('are lower-case tokens joined by dots', () => {
    expect(eventSubject('bids', 'bid_placed', 'abc-1')).toBe('gavel.bids.bid_placed.abc-1');
    for (const bad of ['', '.', 'a..b', 'A.b', 'a b', 'a.*', 'a.>', 'a.'.repeat(200)]) {
      expect(isSubject(bad), bad).toBe(false);
    }
    expect(() => eventSubject('bids', 'bid_placed', 'Upper')).toThrow(RangeError);
  });

  it('hold at most 255 bytes', () => {
    expect(isSubject('a'.repeat(255))).toBe(true);
    expect(isSubject('a'.repeat(256))).toBe(false);
  });
});

describe('subscriptions', () => {
  it('take * anywhere and > only as the last token', () => {
    for (const good of ['>', '*', 'gavel.>', 'gavel.*.bid_placed.*', '*.>'])
      expect(isSubscription(good), good).toBe(true);
    for (const bad of ['', '>.a', 'a.>.b', 'a*', 'a.b>', '#', 'a.#'])
      expect(isSubscription(bad), bad).toBe(false);
  });

  it('translate > to *.# because # alone also matches zero tokens', () => {
    expect(toBindingKey('gavel.bids.>')).toBe('gavel.bids.*.#');
    expect(toBindingKey('>')).toBe('*.#');
    expect(toBindingKey('gavel.*.x')).toBe('gavel.*.x');
    expect(() => toBindingKey('a.#')).toThrow(RangeError);
    expect(toBindingKey(`${'a'.repeat(251)}.>`)).toHaveLength(255);
    expect(() => toBindingKey(`${'a'.repeat(253)}.>`)).toThrow(RangeError);
  });

  it.each([
    ['gavel.>', 'gavel', false],
    ['gavel.>', 'gavel.a', true],
    ['gavel.>', 'gavel.a.b', true],
    ['gavel.*', 'gavel.a', true],
    ['gavel.*', 'gavel.a.b', false],
    ['gavel.*.c', 'gavel.a.c', true],
    ['>', 'a', true],
    ['*.>', 'a', false],
    ['a.b', 'a.b', true],
    ['a.b', 'a.bc', false],
  ])('%s against %s: %s', (subscription, subject, expected) => {
    expect(subjectMatches(subscription, subject)).toBe(expected);
  });
});
