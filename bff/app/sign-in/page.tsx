import type { Metadata } from 'next';
import Link from 'next/link';
import { SignInForm } from '../../components/forms/sign-in-form.tsx';
import { Notice } from '../../components/page/notice.tsx';
import { pathWith, type Query, queryText } from '../../server/pages/query.ts';
import { reasonSentences } from '../../server/sentences/reason-sentences.ts';
import { readSession } from '../../server/session/read-session.ts';
import { returnPath } from '../../server/session/return-path.ts';
import { endingFrom } from '../../server/session/sign-in-path.ts';

export const metadata: Metadata = { title: 'Sign in' };

/** Always shows the form, whatever the cookies say: a page that sends people on by their cookies can be sent back. */
export default async function SignInPage({ searchParams }: { searchParams: Query }) {
  const next = returnPath(await queryText(searchParams, 'next'));
  const ended = endingFrom(await queryText(searchParams, 'ended'));
  const session = await readSession();
  return (
    <div className="narrow">
      <h1>Sign in</h1>
      {session.kind === 'signed-in' && (
        <Notice kind="plain">
          You are signed in already. <Link href={next}>Go on</Link>, or sign in as somebody else.
        </Notice>
      )}
      {ended && session.kind === 'guest' && <Notice kind="bad">{reasonSentences[ended]({})}</Notice>}
      <SignInForm next={next} />
      <p>
        New here? <Link href={pathWith('/register', { next })}>Create an account</Link>
      </p>
    </div>
  );
}
