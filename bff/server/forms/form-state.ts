/** What a form's action answers, and what the form shows again. Goes to the browser, so it never holds a password. */
export interface FormState {
  status: 'new' | 'failed' | 'done';
  /** One sentence for the whole form. */
  message?: string;
  /** One sentence a field, by the field's name. */
  fields?: Record<string, string>;
  /** What was typed, so that nothing has to be typed twice. */
  values?: Record<string, string>;
  /** Present when signing in would help: where the sign-in form is. */
  signIn?: string;
}

export const newForm: FormState = { status: 'new' };
