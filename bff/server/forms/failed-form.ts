import 'server-only';
import { type CallFailure, type FailureReason, isUncertain } from '../../model/call-outcome.ts';
import type { FormState } from '../../model/form.ts';
import { fieldSentences } from '../../words/field-sentences.ts';
import { reasonSentences, sentenceFor } from '../../words/reason-sentences.ts';
import { signInPath } from '../session/sign-in-path.ts';

/** The field that a reason is about. Reasons that are not about one field are missing here. */
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
  ALREADY_LEADING: 'amount',
  BUY_NOW_REACHED: 'amount',
};

/** The form after a refused call: its sentence, the sentence of the field it is about, and what the person typed. */
export function failedForm(failure: CallFailure, path: string, values: Record<string, string>): FormState {
  const uncertainty = 'We do not know whether this went through. It is safe to submit the same form again.';
  return formAfter(failure, path, values, uncertainty);
}

/** Like `failedForm`, for forms that would list a second item when they are submitted a second time. */
export function failedListing(failure: CallFailure, path: string, values: Record<string, string>): FormState {
  const uncertainty =
    'We do not know whether your item was listed. Check your listings before you submit this again.';
  return formAfter(failure, path, values, uncertainty);
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

/** The form when this site's own check of a field has failed, before any call. */
export function refusedForm(fields: Record<string, string>, values: Record<string, string>): FormState {
  return { status: 'failed', message: reasonSentences.INVALID_FIELD({}), fields, values };
}

/** The form of a person who is not signed in (any more), or whose sign-in could not be checked. */
export function unsignedForm(
  kind: 'guest' | 'unverified',
  path: string,
  values: Record<string, string>,
): FormState {
  if (kind === 'guest')
    return {
      status: 'failed',
      message: reasonSentences.UNAUTHENTICATED({}),
      values,
      signIn: signInPath(path),
    };
  const message = sentenceFor({ service: 'auth', reason: 'UNREACHABLE', metadata: {} });
  return { status: 'failed', message, values };
}
