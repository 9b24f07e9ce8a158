'use client';

import { type FormEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { useFormStatus } from 'react-dom';
import type { FormState } from '../../model/form.ts';
import { Field } from './field.tsx';
import { useFormAction } from './use-form-action.ts';

interface FormProps {
  action: (state: FormState, form: FormData) => Promise<FormState>;
  /** The form's name for screen readers. */
  label?: string;
  className?: string;
  /** The button's text or icon, and what it shows while the form is being sent. */
  button: ReactNode;
  busy: ReactNode;
  /** The button's name for screen readers, when it shows an icon. */
  buttonLabel?: string;
  /** Whether a button that switches something on is on. */
  pressed?: boolean;
  quietButton?: boolean;
  /** The form's fields. They get the form's state, so that they can show again what was typed. */
  children?: (state: FormState) => ReactNode;
}

/** A form for a server action, with its message and its button. Works without script. */
export function ActionForm({ action, ...frame }: FormProps) {
  const [state, send] = useFormAction(action);
  return <FormFrame {...frame} state={state} send={send} />;
}

interface ConfirmFormProps extends FormProps {
  /** The text to click first; then the form's button appears. */
  summary: string;
  summaryLabel?: string;
  looksLikeButton?: boolean;
}

/** An action that asks for confirmation: the button appears after a first click. Works without script. */
export function ConfirmForm({ action, summary, summaryLabel, looksLikeButton, ...frame }: ConfirmFormProps) {
  const [state, send] = useFormAction(action);
  return (
    <details className={looksLikeButton ? 'confirm prominent' : 'confirm'} open={state.status !== 'new'}>
      <summary aria-label={summaryLabel}>{summary}</summary>
      <FormFrame {...frame} state={state} send={send} quietButton />
    </details>
  );
}

interface FormFrameProps extends Omit<FormProps, 'action'> {
  state: FormState;
  send: (form: FormData) => void;
  /** For a form that is sent by script in another way; it prevents the default. */
  onSubmit?: (event: FormEvent<HTMLFormElement>) => void;
  /** True while such a form is being sent. */
  pending?: boolean;
}

/** A form with its message, its fields and its button. */
export function FormFrame({ state, send, label, className, button, busy, ...rest }: FormFrameProps) {
  const { onSubmit, pending, quietButton, buttonLabel, pressed, children } = rest;
  const form = useRef<HTMLFormElement>(null);
  useFocusAfterAnswer(form, state);
  return (
    <form ref={form} action={send} onSubmit={onSubmit} className={className} aria-label={label}>
      <FormMessage state={state} />
      {children?.(state)}
      {state.asksSignIn && <SignInFields state={state} />}
      <SubmitButton
        label={button}
        busy={busy}
        quiet={quietButton}
        sending={pending}
        name={buttonLabel}
        pressed={pressed}
      />
    </form>
  );
}

/**
 * After an answer the first refused field gets the focus. When there is none, the focus stays; if its element is gone, because
 * the answer created it again, the button gets it.
 */
function useFocusAfterAnswer(form: RefObject<HTMLFormElement | null>, state: FormState): void {
  useEffect(() => {
    if (state.status === 'new') return;
    const refused = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (refused) refused.focus();
    else if (document.activeElement === document.body)
      form.current?.querySelector<HTMLElement>('[type="submit"]')?.focus({ preventScroll: true });
  }, [form, state]);
}

/** Shown when the sign-in ended while the form was being filled in. */
function SignInFields({ state }: { state: FormState }) {
  return (
    <fieldset>
      <legend>Sign in again</legend>
      <Field state={state} name="sign_in_email" label="E-mail" type="email" autoComplete="username" />
      <Field
        state={state}
        name="sign_in_password"
        label="Password"
        type="password"
        autoComplete="current-password"
      />
    </fieldset>
  );
}

/** The form's sentence. Both live regions are always rendered, so that a screen reader notices a new text in them. */
function FormMessage({ state }: { state: FormState }) {
  const failed = state.status === 'failed' && state.message !== undefined;
  return (
    <>
      <p
        role="alert"
        className={failed ? 'notice bad' : 'empty'}
        tabIndex={-1}
        // biome-ignore lint/a11y/noAutofocus: without script the page is loaded again, and its answer is here.
        autoFocus={failed && Object.keys(state.fields ?? {}).length === 0 ? true : undefined}
      >
        {failed && state.message}
        {failed && state.remedy && (
          <>
            {' '}
            <a href={state.remedy.href}>{state.remedy.label}</a>
          </>
        )}
      </p>
      <p role="status" className={state.status === 'done' ? 'notice good' : 'empty'}>
        {state.status === 'done' && state.message}
      </p>
    </>
  );
}

/** The form's button. While the form is being sent it shows another text and accepts no second click. */
function SubmitButton(props: {
  label: ReactNode;
  busy: ReactNode;
  quiet: boolean | undefined;
  sending: boolean | undefined;
  name: string | undefined;
  pressed: boolean | undefined;
}) {
  const { label, busy, quiet, sending = false, name, pressed } = props;
  const status = useFormStatus();
  const pending = status.pending || sending;
  return (
    <button
      type="submit"
      className={quiet ? 'quiet' : undefined}
      aria-disabled={pending}
      aria-label={name}
      aria-pressed={pressed}
      // A disabled button would lose the focus. Pressing Enter in a field also clicks this button.
      onClick={(event) => pending && event.preventDefault()}
    >
      {pending ? busy : label}
    </button>
  );
}
