import Link from 'next/link';
import { signOut } from '../../server/actions/account.ts';
import type { Session } from '../../server/session/session.ts';
import { UnreadCount } from '../live/unread-count.tsx';

/** The site's navigation. Links do not prefetch: the server would render every linked page, mostly for nothing. */
export function SiteHeader({ session, unread }: { session: Session; unread: bigint | undefined }) {
  return (
    <header className="site">
      <Link href="/" prefetch={false} className="brand">
        Gavel
      </Link>
      <nav aria-label="Main">
        <Link href="/" prefetch={false}>
          Auctions
        </Link>
        <Link href="/sell" prefetch={false}>
          Sell
        </Link>
        {session.kind === 'guest' ? <GuestLinks /> : <MemberLinks unread={unread} />}
      </nav>
    </header>
  );
}

function GuestLinks() {
  return (
    <>
      <Link href="/sign-in" prefetch={false}>
        Sign in
      </Link>
      <Link href="/register" prefetch={false}>
        Register
      </Link>
    </>
  );
}

const memberPages = [
  ['/my-bids', 'My bids'],
  ['/watch-list', 'Watch list'],
  ['/listings', 'My listings'],
  ['/sales', 'My sales'],
  ['/dashboard', 'Dashboard'],
  ['/account', 'Account'],
] as const;

function MemberLinks({ unread }: { unread: bigint | undefined }) {
  return (
    <>
      {memberPages.map(([href, label]) => (
        <Link key={href} href={href} prefetch={false}>
          {label}
        </Link>
      ))}
      <Link href="/notifications" prefetch={false}>
        Notifications
        <UnreadCount rendered={unread?.toString() ?? ''} />
      </Link>
      <form action={signOut}>
        <button type="submit" className="link">
          Sign out
        </button>
      </form>
    </>
  );
}
