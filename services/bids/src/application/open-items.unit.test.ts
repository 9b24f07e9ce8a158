import { describe, expect, it } from 'vitest';
import { readOpenItemsPosition } from './open-items.ts';

const id = '0190a000-0000-7000-8000-000000000000';
const since = '2026-01-01T00:00:00.000Z';
const relevance = (key: string) => readOpenItemsPosition([key, id, since], 'relevance');

describe('a position in the order of relevance', () => {
  it.each(['0', '0.06079271', '1e-20', '1.4e-45', '999'])('is a rank that Postgres returns: %s', (key) => {
    expect(relevance(key)).toEqual({ key, id, since: new Date(since) });
  });

  it.each(['1e-99', '1e-46', '-1', '1e5', 'NaN', '', '1000'])(
    'is nothing that no float4 holds: %s',
    (key) => {
      expect(relevance(key)).toBeUndefined();
    },
  );
});
