import Link from 'next/link';
import { signOut } from '../../server/actions/sign-out.ts';
import type { Session } from '../../server/session/renewal.ts';

/** Where one can go. Links are never fetched ahead: each page would be rendered once for nothing. */
export function SiteHeader({ session }: { session: Session }) {
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
        {session.kind === 'guest' ? <GuestLinks /> : <MemberLinks />}
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

function MemberLinks() {
  return (
    <>
      <Link href="/listings" prefetch={false}>
        My listings
      </Link>
      <Link href="/dashboard" prefetch={false}>
        Dashboard
      </Link>
      <form action={signOut}>
        <button type="submit" className="link">
          Sign out
        </button>
      </form>
    </>
  );
}
