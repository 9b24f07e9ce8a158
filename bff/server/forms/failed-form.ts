import 'server-only';
import { type CallFailure, type FailureReason, isUncertain } from '../../model/call-outcome.ts';
import type { FormState } from '../../model/form.ts';
import { fieldSentences } from '../../words/field-sentences.ts';
import { reasonSentences, sentenceFor } from '../../words/reason-sentences.ts';
import { signInPath } from '../session/sign-in-path.ts';

/** The fields with which a form asks for a new sign-in. */
export const SIGN_IN_EMAIL = 'sign_in_email';
export const SIGN_IN_PASSWORD = 'sign_in_password';

/** The field that a reason is about, by its name in the contracts. Reasons that are not about one field are missing here. */
const fieldOf: Partial<Record<FailureReason, string>> = {
  BAD_CREDENTIALS: 'password',
  WRONG_PASSWORD: 'current_password',
  WRONG_CODE: 'code',
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
  PICTURE_TOO_LARGE: 'uploads',
  PICTURE_TYPE_UNKNOWN: 'uploads',
  PICTURE_UNREADABLE: 'uploads',
  BID_TOO_LOW: 'amount',
  MAXIMUM_NOT_RAISED: 'amount',
  ALREADY_LEADING: 'amount',
  BUY_NOW_REACHED: 'amount',
};

/** The page on which a person can remove the cause of a failure. */
const remedies: Partial<Record<FailureReason, { href: string; label: string }>> = {
  RESET_LINK_INVALID: { href: '/forgot-password', label: 'Ask for a new link' },
  SECOND_FACTOR_NEEDED: { href: '/sign-in', label: 'Sign in' },
  SIGN_IN_ENDED: { href: '/sign-in', label: 'Sign in' },
  VERIFICATION_LINK_INVALID: { href: '/account', label: 'Ask for a new link' },
  EMAIL_UNVERIFIED: { href: '/account', label: 'Send the mail again' },
  WATCH_LIST_FULL: { href: '/watch-list', label: 'Watch list' },
};

/**
 * The form after a refused call, with what the person typed. Each fault has one sentence, beside the field that it is about; a
 * fault of no field that the form shows has its sentence above the form.
 * @param fields the fields that the form shows beside those in `values`
 */
export function failedForm(
  failure: CallFailure,
  path: string,
  values: Record<string, string>,
  fields: readonly string[] = [],
): FormState {
  const uncertainty = 'We do not know whether this went through. It is safe to submit the same form again.';
  return formAfter(failure, { path, values, fields, uncertainty });
}

/** Like `failedForm`, for forms that list an item. */
export function failedListing(
  failure: CallFailure,
  path: string,
  values: Record<string, string>,
  fields: readonly string[] = [],
): FormState {
  const uncertainty =
    'We do not know whether your item was listed. It is safe to submit the same form again.';
  return formAfter(failure, { path, values, fields, uncertainty });
}

interface SentForm {
  path: string;
  values: Record<string, string>;
  fields: readonly string[];
  uncertainty: string;
}

function formAfter(failure: CallFailure, { path, values, fields, uncertainty }: SentForm): FormState {
  const sentence = sentenceFor(failure);
  const faults = faultsOf(failure, sentence);
  const shown: Record<string, string> = {};
  const above = new Set<string>(faults.length === 0 ? [sentence] : []);
  for (const [contractField, text] of faults) {
    const name = formField(contractField, values, new Set([...Object.keys(values), ...fields]));
    if (name === undefined) above.add(text);
    else shown[name] ??= text;
  }
  if (isUncertain(failure)) above.add(uncertainty);
  const unsigned = failure.reason === 'UNAUTHENTICATED';
  const asksSignIn = unsigned && fields.includes(SIGN_IN_EMAIL);
  const signIn = unsigned && !asksSignIn ? { href: signInPath(path), label: 'Sign in' } : undefined;
  const remedy = signIn ?? remedies[failure.reason];
  return {
    status: 'failed',
    ...(above.size > 0 && { message: [...above].join(' ') }),
    fields: shown,
    values,
    ...(remedy && { remedy }),
    ...(asksSignIn && { asksSignIn }),
  };
}

/** The refused fields with their sentences, by their names in the contracts; empty when no field is to blame. */
function faultsOf(failure: CallFailure, sentence: string): [field: string, sentence: string][] {
  if (failure.reason === 'INVALID_FIELD') return Object.entries(fieldSentences(failure.metadata));
  const field = fieldOf[failure.reason];
  return field === undefined ? [] : [[field, sentence]];
}

/** Fields of a form that stand for a field of the contracts when the form has no field with its name. */
const standIns: Readonly<Record<string, readonly string[]>> = {
  max_amount: ['amount'],
  hard_end_at: ['end_at', 'duration'],
  end_at: ['duration', 'days'],
  duration_seconds: ['duration', 'days'],
};

function formField(
  name: string,
  values: Record<string, string>,
  shown: ReadonlySet<string>,
): string | undefined {
  // A seller who typed no end chose a duration, so a wrong end is a wrong duration.
  const typed = (field: string) => field !== 'end_at' || values.end_at !== '';
  const found = [name, ...(standIns[name] ?? [])].find((field) => shown.has(field) && typed(field));
  return found ?? (shown.has(name) ? name : undefined);
}

/** The form when this site's own check of a field has failed, before any call. */
export function refusedForm(fields: Record<string, string>, values: Record<string, string>): FormState {
  return { status: 'failed', fields, values };
}

/** The form of a person whose sign-in could not be checked. */
export function unverifiedForm(values: Record<string, string>, fields: Record<string, string>): FormState {
  const message = sentenceFor({ service: 'auth', reason: 'UNREACHABLE', metadata: {} });
  return { status: 'failed', message, values, fields };
}

/** The form of a person who is not signed in (any more), with a link to sign in and come back to `path`. */
export function guestForm(path: string, values: Record<string, string>): FormState {
  return {
    status: 'failed',
    message: reasonSentences.UNAUTHENTICATED({}),
    values,
    remedy: { href: signInPath(path), label: 'Sign in' },
  };
}
