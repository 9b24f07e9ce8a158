import { notFound } from 'next/navigation';

/** What a form's action answers, and what the form shows next. It is sent to the browser, so it never holds a password. */
export interface FormState {
  status: 'new' | 'failed' | 'done';
  /** One sentence for the whole form: what no field is to blame for. */
  message?: string;
  /** One sentence per refused field, by the field's name in the form. It is shown beside the field and nowhere else. */
  fields?: Record<string, string>;
  /** What the person typed, so that they need not type it again. */
  values?: Record<string, string>;
  /** The minimum of the next bid, minor units, when the answer was given. The answer ends when the minimum is higher. */
  minimumNextBid?: string;
  /** Set when the form asks whether it was meant so: the button's text, and the value of `confirmed` with which it is sent again. */
  question?: { button: string; confirms: string };
  /** A page on which the person can remove the cause of the failure. */
  remedy?: { href: string; label: string };
  /** True when the form asks for e-mail and password, so that a person whose sign-in has ended keeps what they typed. */
  asksSignIn?: boolean;
}

export const newForm: FormState = { status: 'new' };

// Anybody can call an action with any values. Such a caller is no browser with one of our forms, and gets 404.
function requireForm(form: unknown): asserts form is FormData {
  if (!(form instanceof FormData)) notFound();
}

/** A text field, trimmed; empty when the field is missing or holds a file. */
export function textOf(form: FormData, name: string): string {
  return verbatim(form, name).trim();
}

/** A text field exactly as typed, for passwords; empty when the field is missing or holds a file. */
export function verbatim(form: FormData, name: string): string {
  requireForm(form);
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

/** All non-empty texts of a field that may appear several times. */
export function textsOf(form: FormData, name: string): string[] {
  requireForm(form);
  return form
    .getAll(name)
    .flatMap((value) => (typeof value === 'string' && value.trim() ? [value.trim()] : []));
}

/** The named fields as typed, for `FormState.values`. */
export function typed(form: FormData, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, textOf(form, name)]));
}
