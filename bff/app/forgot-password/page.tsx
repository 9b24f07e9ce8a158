import type { Metadata } from 'next';
import Link from 'next/link';
import { ForgotPasswordForm } from '../../components/forms/account-forms.tsx';

export const metadata: Metadata = { title: 'New password' };

export default function ForgotPasswordPage() {
  return (
    <div className="narrow">
      <h1>Forgot your password?</h1>
      <p>We send you a mail with a link to choose a new one.</p>
      <ForgotPasswordForm />
      <p>
        <Link href="/sign-in">Sign in</Link>
      </p>
    </div>
  );
}
