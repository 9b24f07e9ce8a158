import { describe, expect, it } from 'vitest';
import { decodePageToken, encodePageToken, pageSize, readTimePosition, toPage } from './page.ts';

describe('a page token', () => {
  const token = encodePageToken(['ListItems', 'clocks'], ['2026-01-01T00:00:00.000Z', 'id']);

  /** The token with its parts changed. */
  const alike = (change: (parts: unknown[]) => unknown[]): string =>
    Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(token, 'base64url').toString())))).toString(
      'base64url',
    );

  it('contains its position for the query that returned it', () => {
    expect(decodePageToken(token, ['ListItems', 'clocks'])).toEqual(['2026-01-01T00:00:00.000Z', 'id']);
  });

  it('is rejected by every other query', () => {
    for (const query of [['ListItems', ''], ['ListItems'], ['ListSellerItems', 'clocks'], []])
      expect(decodePageToken(token, query)).toBeUndefined();
  });

  it('is as short for a long query as for a short one', () => {
    const long = encodePageToken(['ListItems', 'ж'.repeat(200)], ['2026-01-01T00:00:00.000Z', 'id']);
    expect(long).toHaveLength(token.length);
  });

  it.each([
    ['text', 'next'],
    ['white space', '   '],
    ['a number', Buffer.from('7').toString('base64url')],
    ['null', Buffer.from('null').toString('base64url')],
    ['no position', alike((parts) => parts.slice(0, 2))],
    ['an object', alike(([version, query]) => [version, query, {}])],
    ['numbers', alike(([version, query]) => [version, query, [1]])],
    ['another version', alike(([, query]) => [1, query, ['a']])],
    ['extended', `${token}!`],
    ['truncated', token.slice(0, -3)],
  ])('is rejected when it is %s', (_, bad) => {
    expect(decodePageToken(bad, ['ListItems', 'clocks'])).toBeUndefined();
  });
});

describe('a position in time', () => {
  const id = '0190a000-0000-7000-8000-000000000000';

  it('is read as it was written', () => {
    expect(readTimePosition(['2026-01-01T00:00:00.000Z', id])).toEqual({ time: new Date('2026-01-01'), id });
  });

  it.each([
    '0000-01-01T00:00:00.000Z',
    '-000001-01-01T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    '2026-01-01',
    'now',
  ])('is no time that Postgres cannot store, and none in another form: %s', (text) => {
    expect(readTimePosition([text, id])).toBeUndefined();
  });
});

describe('a page', () => {
  it('has 20 rows by default, and at most 100', () => {
    expect([0, 1, 99, 100, 101, 2_000_000_000].map(pageSize)).toEqual([20, 1, 99, 100, 100, 100]);
  });

  it('has a token only when more rows follow', () => {
    const page = (rows: string[]) => toPage(rows, 2, ['q'], (row) => [row]);
    expect(page([])).toEqual({ items: [], nextPageToken: '' });
    expect(page(['a', 'b'])).toEqual({ items: ['a', 'b'], nextPageToken: '' });
    const cut = page(['a', 'b', 'c']);
    expect(cut.items).toEqual(['a', 'b']);
    expect(decodePageToken(cut.nextPageToken, ['q'])).toEqual(['b']);
  });
});
