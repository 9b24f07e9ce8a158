'use client';

import type { FormState } from '../../model/form.ts';
import { changeTwoFactor } from '../../server/actions/two-factor.ts';
import { Field } from './field.tsx';
import { FormFrame } from './form.tsx';
import { useFormAction } from './use-form-action.ts';

type Step = 'start' | 'enable' | 'seen' | 'disable';

const buttons: Record<Step, { button: string; busy: string }> = {
  start: { button: 'Turn on two-factor sign-in', busy: 'Starting…' },
  enable: { button: 'Confirm code', busy: 'Checking…' },
  seen: { button: 'I have stored the codes', busy: 'Closing…' },
  disable: { button: 'Turn off two-factor sign-in', busy: 'Turning off…' },
};

/** Turns two-factor sign-in on and off. One form for all steps: without script an answer is shown only where its form was. */
export function TwoFactorForm({ isOn }: { isOn: boolean }) {
  const [state, send] = useFormAction(changeTwoFactor);
  const step = stepOf(state, isOn);
  return (
    <FormFrame state={state} send={send} label="Two-factor sign-in" className="stack" {...buttons[step]}>
      {() => (
        <>
          <input type="hidden" name="step" value={step} />
          {step === 'enable' && <Setup state={state} />}
          {step === 'seen' && <RecoveryCodes codes={state.values?.recovery_codes ?? ''} />}
          {(step === 'start' || step === 'disable') && <PasswordField state={state} />}
          {(step === 'enable' || step === 'disable') && <CodeField state={state} />}
        </>
      )}
    </FormFrame>
  );
}

function stepOf({ values }: FormState, isOn: boolean): Step {
  if (values?.recovery_codes) return 'seen';
  if (values?.secret) return 'enable';
  return isOn ? 'disable' : 'start';
}

function Setup({ state }: { state: FormState }) {
  const { secret = '', qr = '' } = state.values ?? {};
  const [size = '0', path = ''] = qr.split(' ');
  return (
    <>
      <p>
        Scan this with your authenticator app, or type the secret into it. Then enter the code that it shows.
      </p>
      <svg
        role="img"
        aria-label="QR code for your authenticator app"
        width="220"
        height="220"
        viewBox={`0 0 ${size} ${size}`}
      >
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      <p>
        Secret: <code data-testid="totp-secret">{secret}</code>
      </p>
      <input type="hidden" name="secret" value={secret} />
      <input type="hidden" name="qr" value={qr} />
    </>
  );
}

function RecoveryCodes({ codes }: { codes: string }) {
  return (
    <>
      <p>
        Keep these recovery codes in a safe place. Each one replaces a code of your app once. They are not
        shown again.
      </p>
      <ul aria-label="Recovery codes">
        {codes.split(' ').map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </>
  );
}

function PasswordField({ state }: { state: FormState }) {
  return (
    <Field
      state={state}
      name="current_password"
      id="two_factor_current_password"
      label="Your password"
      type="password"
      autoComplete="current-password"
      required
    />
  );
}

function CodeField({ state }: { state: FormState }) {
  return (
    <Field state={state} name="code" label="Code" autoComplete="one-time-code" maxLength={64} required />
  );
}
