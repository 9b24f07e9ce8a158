import type { Metadata } from 'next';
import Link from 'next/link';
import { SignInForm } from '../../components/forms/account-forms.tsx';
import { Notice } from '../../components/page/notice.tsx';
import { pathWith, type Query, queryText } from '../../model/query.ts';
import { readSession } from '../../server/session/read-session.ts';
import { endingFrom, returnPath } from '../../server/session/sign-in-path.ts';
import { reasonSentences } from '../../words/reason-sentences.ts';

export const metadata: Metadata = { title: 'Sign in' };

/** Always shows the form. If it redirected signed-in people, two pages could redirect to each other forever. */
export default async function SignInPage({ searchParams }: { searchParams: Query }) {
  const next = returnPath(await queryText(searchParams, 'next'));
  const ended = endingFrom(await queryText(searchParams, 'ended'));
  const changed = (await queryText(searchParams, 'changed')) === 'password';
  const session = await readSession();
  return (
    <div className="narrow">
      <h1>Sign in</h1>
      {session.kind === 'signed-in' && (
        <Notice kind="plain">
          You are already signed in. <Link href={next}>Continue</Link>, or sign in with another account.
        </Notice>
      )}
      {ended && session.kind === 'guest' && <Notice kind="bad">{reasonSentences[ended]({})}</Notice>}
      {changed && <Notice kind="good">Your password was changed. Please sign in with it.</Notice>}
      <SignInForm next={next} />
      <p>
        <Link href="/forgot-password">Forgot your password?</Link>
      </p>
      <p>
        New here? <Link href={pathWith('/register', { next })}>Create an account</Link>
      </p>
    </div>
  );
}
