import type { Metadata } from 'next';
import Link from 'next/link';
import { RegisterForm } from '../../components/forms/account-forms.tsx';
import { type Query, queryText } from '../../model/query.ts';
import { returnPath, signInPath } from '../../server/session/sign-in-path.ts';

export const metadata: Metadata = { title: 'Create an account' };

export default async function RegisterPage({ searchParams }: { searchParams: Query }) {
  const next = returnPath(await queryText(searchParams, 'next'));
  return (
    <div className="narrow">
      <h1>Create an account</h1>
      <RegisterForm next={next} />
      <p>
        Already have an account? <Link href={signInPath(next)}>Sign in</Link>
      </p>
    </div>
  );
}
