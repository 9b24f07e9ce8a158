import type { Metadata } from 'next';
import Link from 'next/link';
import { VerifyEmailForm } from '../../components/forms/account-forms.tsx';
import { Notice } from '../../components/page/notice.tsx';
import { type Query, queryText } from '../../model/query.ts';

// The address holds the secret of the link, so no other site may see it as the referrer.
export const metadata: Metadata = { title: 'Confirm your e-mail address', referrer: 'no-referrer' };

/** The page of a mailed link. Opening it changes nothing, because programs that check mails open links, too. */
export default async function VerifyEmailPage({ searchParams }: { searchParams: Query }) {
  const isDone = (await queryText(searchParams, 'done')) === 'yes';
  return (
    <div className="narrow">
      <h1>Confirm your e-mail address</h1>
      {isDone ? (
        <Notice kind="good">
          Thank you. Your e-mail address is confirmed. <Link href="/">Continue</Link>
        </Notice>
      ) : (
        <VerifyEmailForm token={await queryText(searchParams, 'token')} />
      )}
    </div>
  );
}
