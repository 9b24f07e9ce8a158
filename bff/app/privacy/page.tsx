import type { Metadata } from 'next';
import Link from 'next/link';
import { config } from '../../config.ts';

export const metadata: Metadata = {
  title: 'Privacy',
  description: 'What Gavel stores about you, who sees it, and which cookies it sets.',
};

export default function PrivacyPage() {
  return (
    <article className="prose">
      <h1>Privacy</h1>
      <h2>What is stored</h2>
      <ul>
        <li>Your name, e-mail address and, if you gave them, your country and phone number.</li>
        <li>Your password, only in a form from which it cannot be read.</li>
        <li>Your bids, maxima, items, pictures, watch list, notifications and settings.</li>
        <li>
          Where you are signed in: browser, address and times. You can see and end each sign-in on the page
          Account.
        </li>
      </ul>
      <h2>Who sees what</h2>
      <ul>
        <li>Your bids appear under a different made-up name on each item. Only you see your own maxima.</li>
        <li>The seller of an item learns which account has won it.</li>
        <li>
          Uploaded pictures are stored without the data that a camera writes into them, such as the place.
        </li>
        <li>
          Pictures from other sites are loaded from there; those sites do not learn which page shows them.
        </li>
      </ul>
      <h2>Cookies</h2>
      <p>
        This site sets cookies only for its own work: two for your sign-in, which end after{' '}
        {config().SESSION_COOKIE_DAYS} days without a visit at the latest, one that says for about a year that
        you have signed in with this browser, so that wrong passwords of other people do not lock you out, and
        one for light or dark if you choose it. There are no advertisements and no trackers, and no other site
        receives data about your visit.
      </p>
      <p>
        To have your data sent or removed, <Link href="/contact">contact us</Link>.
      </p>
    </article>
  );
}
