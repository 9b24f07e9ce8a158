import type { Metadata } from 'next';
import Link from 'next/link';
import { SecondFactorForm } from '../../../components/forms/account-forms.tsx';
import { pathWith, type Query, queryText } from '../../../model/query.ts';
import { returnPath } from '../../../server/session/sign-in-path.ts';

export const metadata: Metadata = { title: 'Sign in' };

/** The second step of a sign-in with a second factor. A cookie says whose it is. */
export default async function SecondFactorPage({ searchParams }: { searchParams: Query }) {
  const next = returnPath(await queryText(searchParams, 'next'));
  return (
    <div className="narrow">
      <h1>Enter your code</h1>
      <p>Open your authenticator app and enter the code for Gavel.</p>
      <SecondFactorForm next={next} />
      <p>
        <Link href={pathWith('/sign-in', { next })}>Sign in with another account</Link>
      </p>
    </div>
  );
}
