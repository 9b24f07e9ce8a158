import type { ReactNode } from 'react';
import type { CallFailure } from '../../server/rpc/call-failure.ts';
import { reasonSentences, sentenceFor } from '../../server/sentences/reason-sentences.ts';
import { type Ending, signInPath } from '../../server/session/sign-in-path.ts';

/** One sentence above or instead of a page's content. */
export function Notice({ kind, children }: { kind: 'good' | 'bad' | 'plain'; children: ReactNode }) {
  return (
    <p className={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      {children}
    </p>
  );
}

/** What stands where a part of a page could not be read. `path` is the page's, to come back to after signing in. */
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

/** Stands on pages of somebody whose sign-in cannot be checked because auth does not answer. */
export function UnverifiedNotice() {
  return (
    <Notice kind="bad">
      We cannot check your sign-in just now, so we show what anybody may see. You are still signed in: try
      again in a moment.
    </Notice>
  );
}

/** Stands once, on the page during whose request the sign-in turned out to be over. */
export function EndedNotice({ ending }: { ending: Ending }) {
  return (
    <Notice kind="bad">
      {reasonSentences[ending]({})} <a href="/sign-in">Sign in</a>
    </Notice>
  );
}
