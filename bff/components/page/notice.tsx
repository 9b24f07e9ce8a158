import type { ReactNode } from 'react';
import type { CallFailure } from '../../model/call-outcome.ts';
import { type Ending, signInPath } from '../../server/session/sign-in-path.ts';
import { reasonSentences, sentenceFor } from '../../words/reason-sentences.ts';

/** One sentence above a page's content, or in its place. */
export function Notice({ kind, children }: { kind: 'good' | 'bad' | 'plain'; children: ReactNode }) {
  return (
    <p className={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      {children}
    </p>
  );
}

/** Shown in place of a part that could not be read. `path`: the page to come back to after signing in. */
export function FailureNotice({ failure, path }: { failure: CallFailure; path: string }) {
  return (
    <Notice kind="bad">
      {sentenceFor(failure)}
      {failure.reason === 'UNAUTHENTICATED' && (
        <>
          {' '}
          <a href={signInPath(path)}>Sign in</a>
        </>
      )}
    </Notice>
  );
}

/** Shown to a person whose sign-in could not be checked because auth does not answer. */
export function UnverifiedNotice() {
  return (
    <Notice kind="bad">
      We cannot check your sign-in right now, so this page shows public information only. You are still signed
      in. Please try again in a moment.
    </Notice>
  );
}

/** Shown once, on the page whose request found that the sign-in has ended. */
export function EndedNotice({ ending }: { ending: Ending }) {
  return (
    <Notice kind="bad">
      {reasonSentences[ending]({})} <a href="/sign-in">Sign in</a>
    </Notice>
  );
}
