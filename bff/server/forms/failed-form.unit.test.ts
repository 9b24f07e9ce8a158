import { describe, expect, it } from 'vitest';
import type { CallFailure, FailureReason } from '../../model/call-outcome.ts';
import { failedForm, failedListing, refusedForm } from './failed-form.ts';

const failure = (reason: FailureReason, metadata: Record<string, string> = {}): CallFailure => ({
  ok: false,
  service: 'bids',
  reason,
  metadata,
});

const uncertain = [
  ['a call that nobody answered', failure('UNREACHABLE')],
  ['a service that lost its database during the call', failure('UNAVAILABLE', { outcome: 'unknown' })],
] as const;

describe('a form whose call failed', () => {
  it.each(uncertain)(
    'says after %s that the change may have been made, and that submitting again is safe',
    (_, failed) => {
      const { message } = failedForm(failed, '/', {});
      expect(message).toContain('do not know whether');
      expect(message).toContain('It is safe to submit the same form again');
      expect(message).not.toMatch(/nothing was changed/i);
    },
  );

  it.each(uncertain)(
    'says after %s that the same form may be submitted again, because it lists one item',
    (_, failed) => {
      const { message } = failedListing(failed, '/sell', {});
      expect(message).toContain('do not know whether');
      expect(message).toContain('whether your item was listed. It is safe to submit the same form again');
    },
  );

  it('says neither when a service refused the call', () => {
    for (const answer of [failure('END_TOO_SOON'), failure('UNAVAILABLE')])
      for (const form of [failedForm, failedListing])
        expect(form(answer, '/', {}).message).not.toMatch(/do not know|safe|listings|nothing was changed/i);
  });
});

describe('a fault', () => {
  const listing = { title: '', end_at: '', duration: '900', duration_unit: 'days', reserve_price: '1' };

  it.each([
    ['RESERVE_BELOW_START', {}, listing, 'reserve_price'],
    ['END_TOO_LATE', {}, listing, 'duration'],
    ['END_TOO_LATE', {}, { ...listing, end_at: '2030-01-01T00:00' }, 'end_at'],
    ['END_TOO_SOON', {}, { days: '7' }, 'days'],
    ['INVALID_FIELD', { title: 'value length must be at least 1' }, listing, 'title'],
    ['INVALID_FIELD', { max_amount: 'must be greater than 0' }, { amount: '5', as_maximum: 'on' }, 'amount'],
    ['BID_TOO_LOW', {}, { amount: '5' }, 'amount'],
  ] as const)('%s %j of the form %j has its one sentence at %s', (reason, metadata, values, field) => {
    const form = failedForm(failure(reason, metadata), '/', { ...values });
    expect(form.fields).toEqual({ [field]: expect.stringMatching(/^[A-Z].+\.$/) });
    expect(form.message).toBeUndefined();
  });

  it('of a field that the form does not show has its sentence above the form', () => {
    const late = failedForm(failure('END_TOO_LATE'), '/', {});
    expect(late).toMatchObject({ message: 'An auction can run for up to 90 days.', fields: {} });
    const hidden = failedForm(failure('INVALID_FIELD', { item_id: 'must be a UUID' }), '/', { amount: '5' });
    expect(hidden).toMatchObject({ message: 'Please check your entries.', fields: {} });
    const password = failedForm(failure('BAD_CREDENTIALS'), '/', { email: 'a@b.example' }, ['password']);
    expect(password.fields).toEqual({ password: 'Incorrect e-mail address or password.' });
  });

  it('of two fields has two sentences, and none above the form', () => {
    const form = failedForm(failure('INVALID_FIELD', { 'images[3]': 'x', title: 'y' }), '/', {
      title: '',
      images: '',
    });
    expect(Object.keys(form.fields ?? {}).sort()).toEqual(['images', 'title']);
    expect(form.message).toBeUndefined();
    expect(refusedForm({ amount: 'Please enter an amount.' }, {}).message).toBeUndefined();
  });

  it('that a page can remove comes with the link to it', () => {
    expect(failedForm(failure('WATCH_LIST_FULL'), '/', {}).remedy?.href).toBe('/watch-list');
    expect(failedForm(failure('UNAUTHENTICATED'), '/sell', {}).remedy?.href).toBe('/sign-in?next=%2Fsell');
  });
});
