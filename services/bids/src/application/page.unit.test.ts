import { describe, expect, it } from 'vitest';
import { decodePageToken, encodePageToken, pageSize, toPage } from './page.ts';

describe('a page token', () => {
  const token = encodePageToken(['ListItems', 'clocks'], ['2026-01-01T00:00:00.000Z', 'id']);

  it('gives its position back to the query that it came from', () => {
    expect(decodePageToken(token, ['ListItems', 'clocks'])).toEqual(['2026-01-01T00:00:00.000Z', 'id']);
  });

  it('is refused by every other query', () => {
    for (const query of [['ListItems', ''], ['ListItems'], ['ListSellerItems', 'clocks'], []])
      expect(decodePageToken(token, query)).toBeUndefined();
  });

  it.each([
    ['text', 'next'],
    ['blanks', '   '],
    ['a number', Buffer.from('7').toString('base64url')],
    ['null', Buffer.from('null').toString('base64url')],
    ['no position', Buffer.from('[1,["ListItems","clocks"]]').toString('base64url')],
    ['an object', Buffer.from('[1,["ListItems","clocks"],{}]').toString('base64url')],
    ['numbers', Buffer.from('[1,["ListItems","clocks"],[1]]').toString('base64url')],
    ['another version', Buffer.from('[2,["ListItems","clocks"],["a"]]').toString('base64url')],
    ['something added', `${token}!`],
    ['its end missing', token.slice(0, -3)],
  ])('is refused when it is %s', (_, bad) => {
    expect(decodePageToken(bad, ['ListItems', 'clocks'])).toBeUndefined();
  });
});

describe('a page', () => {
  it('has 20 rows unless told, and at most 100', () => {
    expect([0, 1, 99, 100, 101, 2_000_000_000].map(pageSize)).toEqual([20, 1, 99, 100, 100, 100]);
  });

  it('has a token exactly when there is more', () => {
    const page = (rows: string[]) => toPage(rows, 2, ['q'], (row) => [row]);
    expect(page([])).toEqual({ items: [], nextPageToken: '' });
    expect(page(['a', 'b'])).toEqual({ items: ['a', 'b'], nextPageToken: '' });
    const cut = page(['a', 'b', 'c']);
    expect(cut.items).toEqual(['a', 'b']);
    expect(decodePageToken(cut.nextPageToken, ['q'])).toEqual(['b']);
  });
});
