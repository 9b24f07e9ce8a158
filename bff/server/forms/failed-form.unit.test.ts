import { describe, expect, it } from 'vitest';
import type { CallFailure, FailureReason } from '../../model/call-outcome.ts';
import { failedForm, failedListing } from './failed-form.ts';

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
    'asks after %s to check the listings first, because submitting again could list a second item',
    (_, failed) => {
      const { message } = failedListing(failed, '/sell', {});
      expect(message).toContain('do not know whether');
      expect(message).toContain('Check your listings');
      expect(message).not.toContain('It is safe');
    },
  );

  it('says neither when a service refused the call', () => {
    for (const answer of [failure('END_TOO_SOON'), failure('UNAVAILABLE')])
      for (const form of [failedForm, failedListing])
        expect(form(answer, '/', {}).message).not.toMatch(/do not know|safe|listings|nothing was changed/i);
  });
});
