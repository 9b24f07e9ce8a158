import type { Metadata } from 'next';
import Link from 'next/link';
import { config } from '../../config.ts';

export const metadata: Metadata = {
  title: 'Contact',
  description: 'How to reach the people who run this site.',
};

export default function ContactPage() {
  const { CONTACT_EMAIL: address } = config();
  return (
    <article className="prose">
      <h1>Contact</h1>
      {address ? (
        <p>
          Write to <a href={`mailto:${address}`}>{address}</a>. Name the item’s address if your question is
          about one.
        </p>
      ) : (
        <p>The people who run this site have not published an address yet.</p>
      )}
      <h2>Before you write</h2>
      <ul>
        <li>
          Bids, increments and ends: <Link href="/help">How bidding works</Link>.
        </li>
        <li>
          A forgotten password: <Link href="/forgot-password">Choose a new one</Link>.
        </li>
        <li>An error page names a reference. Please copy it into your message: with it we find the cause.</li>
      </ul>
    </article>
  );
}
