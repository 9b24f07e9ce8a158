import { describe, expect, it } from 'vitest';
import { bidKey, bidSentence, formKeyFrom, readBidForm } from './bid-form.ts';

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

describe('an unusual amount', () => {
  const read = (fields: Record<string, string>) => {
    const form = new FormData();
    const all = { currency: 'USD', minimum_next_bid: '1000', as_maximum: 'on', ...fields };
    for (const [name, value] of Object.entries(all)) form.set(name, value);
    return readBidForm(form).bid;
  };

  it('is five times the minimum that the page shows, and is asked about once', () => {
    expect(read({ amount: '49.99' })).toMatchObject({ ok: true, request: { maxAmount: 4_999n } });
    const asked = read({ amount: '50' });
    expect(asked).toMatchObject({ ok: 'unusual', minor: 5_000n, minimum: 1_000n });
    const confirmed = asked.ok === 'unusual' ? asked.confirms : '';
    expect(read({ amount: '50', confirmed })).toMatchObject({ ok: true });
  });

  it('is asked about again when amount or kind are others', () => {
    const asked = read({ amount: '50' });
    const confirmed = asked.ok === 'unusual' ? asked.confirms : '';
    expect(read({ amount: '500', confirmed })).toMatchObject({ ok: 'unusual', minor: 50_000n });
    expect(read({ amount: '50', as_maximum: 'off', confirmed })).toMatchObject({ ok: 'unusual' });
  });

  it.each(['', '0', 'many'])('cannot be told when the page’s minimum is “%s”', (minimum_next_bid) => {
    expect(read({ amount: '5000', minimum_next_bid })).toMatchObject({ ok: true });
  });
});
