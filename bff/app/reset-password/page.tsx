import type { Metadata } from 'next';
import { ResetPasswordForm } from '../../components/forms/account-forms.tsx';
import { type Query, queryText } from '../../model/query.ts';

// The address holds the secret of the link, so no other site may see it as the referrer.
export const metadata: Metadata = { title: 'New password', referrer: 'no-referrer' };

/** The page of a mailed link. Opening it changes nothing, because programs that check mails open links, too. */
export default async function ResetPasswordPage({ searchParams }: { searchParams: Query }) {
  return (
    <div className="narrow">
      <h1>Choose a new password</h1>
      <ResetPasswordForm token={await queryText(searchParams, 'token')} />
    </div>
  );
}
