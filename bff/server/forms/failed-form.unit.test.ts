import { describe, expect, it } from 'vitest';
import type { CallFailure, FailureReason } from '../rpc/call-failure.ts';
import { failedForm, failedListing } from './failed-form.ts';

const failure = (reason: FailureReason, metadata: Record<string, string> = {}): CallFailure => ({
  ok: false,
  service: 'bids',
  reason,
  metadata,
});

const uncertain = [
  ['a call that nobody answered', failure('UNREACHABLE')],
  ['a service that lost its database on the way', failure('UNAVAILABLE', { outcome: 'unknown' })],
] as const;

describe('a form whose call failed', () => {
  it.each(uncertain)(
    'admits after %s that the change may have been made, and that sending it again is safe',
    (_, failed) => {
      const { message } = failedForm(failed, '/', {});
      expect(message).toContain('cannot tell whether');
      expect(message).toContain('Sending the same form again is safe');
      expect(message).not.toMatch(/nothing was changed/i);
    },
  );

  it.each(uncertain)(
    'asks after %s to look before an item is listed a second time, which would not be safe',
    (_, failed) => {
      const { message } = failedListing(failed, '/sell', {});
      expect(message).toContain('cannot tell whether');
      expect(message).toContain('Look at your listings');
      expect(message).not.toContain('again is safe');
    },
  );

  it('says nothing of the kind when a service has answered no', () => {
    for (const answer of [failure('END_TOO_SOON'), failure('UNAVAILABLE')])
      for (const form of [failedForm, failedListing])
        expect(form(answer, '/', {}).message).not.toMatch(/cannot tell|safe|listings|nothing was changed/i);
  });
});
