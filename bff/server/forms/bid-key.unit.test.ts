import { describe, expect, it } from 'vitest';
import { bidKey, formKeyFrom } from './bid-key.ts';

const formWith = (key: string) => {
  const form = new FormData();
  form.set('idempotency_key', key);
  return form;
};

describe('the key of a bid', () => {
  it('is the same for the same form and amount, and another for another amount', () => {
    const key = formKeyFrom(formWith('form-1'));
    expect(bidKey(key, 500n, false)).toBe(bidKey(key, 500n, false));
    expect(bidKey(key, 500n, false)).not.toBe(bidKey(key, 600n, false));
    expect(bidKey(key, 500n, false)).not.toBe(bidKey(key, 500n, true));
    expect(bidKey(key, 500n, false)).not.toBe(bidKey(formKeyFrom(formWith('form-2')), 500n, false));
  });

  it('is there even when the form brings none, because a lost connection repeats the call', () => {
    const keys = [formKeyFrom(formWith('')), formKeyFrom(formWith('  ')), formKeyFrom(new FormData())];
    for (const key of keys) expect(key).toMatch(/^\S{16,64}$/);
    expect(new Set(keys).size).toBe(3);
  });

  it('stays within what bids takes', () => {
    expect(
      bidKey(formKeyFrom(formWith('x'.repeat(500))), 1_000_000_000_000n, true).length,
    ).toBeLessThanOrEqual(128);
  });
});
