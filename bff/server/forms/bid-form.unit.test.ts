import { describe, expect, it } from 'vitest';
import { bidKey, bidSentence, formKeyFrom } from './bid-form.ts';

const formWith = (key: string) => {
  const form = new FormData();
  form.set('idempotency_key', key);
  return form;
};

describe('the key of a bid', () => {
  it('is the same for the same form and amount, and different for another amount', () => {
    const key = formKeyFrom(formWith('form-1'));
    expect(bidKey(key, 500n, false)).toBe(bidKey(key, 500n, false));
    expect(bidKey(key, 500n, false)).not.toBe(bidKey(key, 600n, false));
    expect(bidKey(key, 500n, false)).not.toBe(bidKey(key, 500n, true));
    expect(bidKey(key, 500n, false)).not.toBe(bidKey(formKeyFrom(formWith('form-2')), 500n, false));
  });

  it('is generated when the form has none, because a lost connection repeats the call', () => {
    const keys = [formKeyFrom(formWith('')), formKeyFrom(formWith('  ')), formKeyFrom(new FormData())];
    for (const key of keys) expect(key).toMatch(/^\S{16,64}$/);
    expect(new Set(keys).size).toBe(3);
  });

  it('is not longer than bids accepts', () => {
    expect(
      bidKey(formKeyFrom(formWith('x'.repeat(500))), 1_000_000_000_000n, true).length,
    ).toBeLessThanOrEqual(128);
  });
});

describe('the answer to a bid', () => {
  const answer = { leading: true, highest: 5_000n, currency: 'USD' };

  it('says that a bid was accepted, and for a maximum bid the current bid', () => {
    expect(bidSentence({ amount: 5_000n }, answer)).toBe('Your bid of $50.00 was accepted.');
    expect(bidSentence({ maxAmount: 5_000n }, { ...answer, highest: 1_250n })).toBe(
      'Your maximum bid of $50.00 was accepted. You are the highest bidder at $12.50.',
    );
  });

  it('says when another bidder’s maximum bid was higher', () => {
    expect(bidSentence({ amount: 5_000n }, { ...answer, leading: false, highest: 5_250n })).toBe(
      'Another bidder’s maximum bid is higher than your $50.00. The current bid is now $52.50.',
    );
  });
});
