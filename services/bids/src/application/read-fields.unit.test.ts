import type { FieldProblems } from '@gavel/service-runtime/failure';
import { describe, expect, it } from 'vitest';
import {
  readCategory,
  readDescription,
  readId,
  readInstant,
  readLine,
  readText,
  readTitle,
} from './read-fields.ts';

function read<T>(reader: (problems: FieldProblems) => T): { value: T; problems: FieldProblems } {
  const problems: FieldProblems = {};
  return { value: reader(problems), problems };
}

describe('reading an instant', () => {
  it.each([
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00:00.1Z', '2026-03-01T12:00:00.100Z'],
    ['2026-03-01T12:00:00.123999999Z', '2026-03-01T12:00:00.123Z'],
    ['2026-03-01T12:00:00+05:30', '2026-03-01T06:30:00.000Z'],
    ['2026-03-01T12:00:00-0800', '2026-03-01T20:00:00.000Z'],
    ['2026-03-01T00:00:00+01', '2026-02-28T23:00:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('accepts %s', (text, expected) => {
    const { value, problems } = read((p) => readInstant('end_at', text, p));
    expect(problems).toEqual({});
    expect(value.toISOString()).toBe(expected);
  });

  it.each([
    'tomorrow',
    '2026-03-01',
    '2026-03-01T12:00:00',
    '2026-02-30T12:00:00Z',
    '2027-02-29T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T23:59:60Z',
    '2026-03-01T12:00:00+25:00',
    '1772366400',
    'Sun, 01 Mar 2026 12:00:00 GMT',
    ' 2026-03-01T12:00:00Z',
  ])('refuses %s', (text) => {
    expect(read((p) => readInstant('end_at', text, p)).problems).toHaveProperty('end_at');
  });
});

describe('reading a category', () => {
  it.each([
    ['clocks', 'clocks'],
    ['  Clocks ', 'clocks'],
    ['Home & Garden', 'home-garden'],
    ['books_2', 'books_2'],
    ['Home & Garden / Clocks', 'home-garden/clocks'],
    ['/clocks//wall/', 'clocks/wall'],
    ['clocks／wall', 'clocks/wall'],
    ['a/ & /b', 'a/b'],
    ['Книги', 'книги'],
    ['', ''],
    ['   ', ''],
  ])('turns %j into %j', (text, token) => {
    expect(read((p) => readCategory(text, p))).toEqual({ value: token, problems: {} });
  });

  it('refuses a category without a letter or digit', () => {
    for (const text of ['!?', '/', ' / ', '\u202eclocks', '\ufdfa'.repeat(5)])
      expect(read((p) => readCategory(text, p)).problems).toHaveProperty('category');
  });
});

describe('reading other fields', () => {
  it('refuses text that Postgres cannot store', () => {
    expect(read((p) => readText('query', 'a\u0000b', p)).problems).toHaveProperty('query');
    expect(read((p) => readText('query', 'a\ud800b', p))).toEqual({ value: 'a\ufffdb', problems: {} });
    expect(read((p) => readLine('query', ' a b\n', p)).value).toBe('a b');
  });

  it.each(['\ufeff', '\u202emoc.elpmaxe', 'two\nlines', `a${'\u0301'.repeat(9)}`])(
    'refuses the title %j',
    (title) => {
      expect(read((p) => readTitle(title, p)).problems).toHaveProperty('title');
    },
  );

  it('accepts a description of several lines, in normal form C', () => {
    expect(read((p) => readDescription(' Cafe\u0301\r\n\r\ntable', p))).toEqual({
      value: 'Caf\u00e9\n\ntable',
      problems: {},
    });
    expect(read((p) => readDescription('a\u0007', p)).problems).toHaveProperty('description');
  });

  it('accepts UUIDs in upper and lower case, and nothing else', () => {
    expect(readId('01900000-0000-7000-8000-00000000000A')).toBe('01900000-0000-7000-8000-00000000000a');
    for (const bad of [
      '',
      'x',
      '01900000-0000-7000-8000-00000000000',
      "' OR 1=1 --",
      '{01900000-0000-7000-8000-00000000000a}',
    ])
      expect(readId(bad)).toBeUndefined();
  });
});
