import type { CallFailure, FailureReason } from '../rpc/call-failure.ts';
import { fieldSentences } from '../sentences/field-sentences.ts';
import { reasonSentences, sentenceFor } from '../sentences/reason-sentences.ts';
import { signInPath } from '../session/sign-in-path.ts';
import type { FormState } from './form-state.ts';

/** The field that a reason is about, where it is about one. */
const fieldOf: Partial<Record<FailureReason, string>> = {
  EMAIL_TAKEN: 'email',
  END_TOO_SOON: 'end_at',
  END_TOO_LATE: 'end_at',
  START_TOO_LATE: 'starts_at',
  HARD_END_BEFORE_END: 'end_at',
  HARD_END_TOO_LATE: 'end_at',
  RESERVE_BELOW_START: 'reserve_price',
  BUY_NOW_BELOW_START: 'buy_now_price',
  BUY_NOW_BELOW_RESERVE: 'buy_now_price',
  UNKNOWN_CURRENCY: 'currency',
  PICTURE_TOO_LARGE: 'images',
  PICTURE_TYPE_UNKNOWN: 'images',
  PICTURE_UNREADABLE: 'images',
  BID_TOO_LOW: 'amount',
  MAXIMUM_NOT_RAISED: 'amount',
};

/**
 * True when the change may have been made all the same: no answer came, or the service lost its database, perhaps in the
 * middle of a COMMIT. Services say the latter with `outcome: unknown`, and promise that after any other UNAVAILABLE
 * nothing was changed.
 */
export function isUncertain({ reason, metadata }: Pick<CallFailure, 'reason' | 'metadata'>): boolean {
  return reason === 'UNREACHABLE' || (reason === 'UNAVAILABLE' && metadata.outcome === 'unknown');
}

/** True when the page around the form would fail, too, if it were rendered now, and take the form and its message away. */
export function isAway({ reason }: Pick<CallFailure, 'reason'>): boolean {
  return reason === 'UNREACHABLE' || reason === 'UNAVAILABLE';
}

/** The form after a refused call: the sentence, the fields it is about, and what had been typed. */
export function failedForm(failure: CallFailure, path: string, values: Record<string, string>): FormState {
  return formAfter(
    failure,
    path,
    values,
    'We cannot tell whether this was taken. Sending the same form again is safe.',
  );
}

/** The same for the one form that lists a second item when it is sent a second time. */
export function failedListing(failure: CallFailure, path: string, values: Record<string, string>): FormState {
  return formAfter(
    failure,
    path,
    values,
    'We cannot tell whether your item was listed. Look at your listings before you send this again.',
  );
}

function formAfter(
  failure: CallFailure,
  path: string,
  values: Record<string, string>,
  uncertainty: string,
): FormState {
  const sentence = sentenceFor(failure);
  const message = isUncertain(failure) ? `${sentence} ${uncertainty}` : sentence;
  const field = fieldOf[failure.reason];
  const fields = failure.reason === 'INVALID_FIELD' ? fieldSentences(failure.metadata) : {};
  return {
    status: 'failed',
    message,
    fields: field ? { [field]: message } : fields,
    values,
    ...(failure.reason === 'UNAUTHENTICATED' ? { signIn: signInPath(path) } : {}),
  };
}

/** The form after a check of its own failed, before any call. */
export function refusedForm(fields: Record<string, string>, values: Record<string, string>): FormState {
  return { status: 'failed', message: reasonSentences.INVALID_FIELD({}), fields, values };
}

/** The form of somebody who is not signed in (any more), or whose sign-in cannot be checked. */
export function unsignedForm(
  kind: 'guest' | 'unverified',
  path: string,
  values: Record<string, string>,
): FormState {
  if (kind === 'unverified')
    return {
      status: 'failed',
      message: sentenceFor({ service: 'auth', reason: 'UNREACHABLE', metadata: {} }),
      values,
    };
  return { status: 'failed', message: reasonSentences.UNAUTHENTICATED({}), values, signIn: signInPath(path) };
}
