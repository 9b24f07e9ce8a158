import type { FormState } from '../../server/forms/form-state.ts';

/** The form's sentence. The live regions are always there, so that a screen reader notices when they fill. */
export function FormMessage({ state }: { state: FormState }) {
  return (
    <>
      <p role="alert" className={state.status === 'failed' ? 'notice bad' : 'empty'}>
        {state.status === 'failed' && state.message}
        {state.status === 'failed' && state.signIn && (
          <>
            {' '}
            <a href={state.signIn}>Sign in</a>
          </>
        )}
      </p>
      <p role="status" className={state.status === 'done' ? 'notice good' : 'empty'}>
        {state.status === 'done' && state.message}
      </p>
    </>
  );
}
