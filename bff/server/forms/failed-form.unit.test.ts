import { describe, expect, it } from 'vitest';
import type { CallFailure, FailureReason } from '../rpc/call-failure.ts';
import { failedForm, failedListing } from './failed-form.ts';

const failure = (reason: FailureReason): CallFailure => ({
  ok: false,
  service: 'bids',
  reason,
  metadata: {},
});

describe('a form whose call failed', () => {
  it.each(['UNAVAILABLE', 'UNREACHABLE'] as const)(
    'admits after %s that the change may have been made, and that sending it again is safe',
    (reason) => {
      const { message } = failedForm(failure(reason), '/', {});
      expect(message).toContain('cannot tell whether');
      expect(message).toContain('Sending the same form again is safe');
      expect(message).not.toMatch(/nothing was changed/i);
    },
  );

  it.each(['UNAVAILABLE', 'UNREACHABLE'] as const)(
    'asks after %s to look before an item is listed a second time, which would not be safe',
    (reason) => {
      const { message } = failedListing(failure(reason), '/sell', {});
      expect(message).toContain('cannot tell whether');
      expect(message).toContain('Look at your listings');
      expect(message).not.toContain('again is safe');
    },
  );

  it('says nothing of the kind when a service has answered no', () => {
    for (const failed of [failedForm, failedListing])
      expect(failed(failure('END_TOO_SOON'), '/', {}).message).not.toMatch(/cannot tell|safe|listings/);
  });
});
