import Link from 'next/link';
import { signOut } from '../../server/actions/account.ts';
import type { Session } from '../../server/session/session.ts';
import { UnreadCount } from '../live/unread-count.tsx';
import { Icon } from '../ui/icon.tsx';
import { Logo } from '../ui/logo.tsx';

/** The site's navigation. Links do not prefetch: the server would render every linked page, mostly for nothing. */
export function SiteHeader({ session, unread }: { session: Session; unread: bigint | undefined }) {
  const guest = session.kind === 'guest';
  return (
    <header className="site">
      <div className="site-bar">
        <Link href="/" prefetch={false} className="brand">
          <Logo />
          Gavel
        </Link>
        <form action="/" className="site-search" aria-label="Find auctions">
          <input
            type="search"
            name="q"
            aria-label="What are you looking for?"
            placeholder="What are you looking for?"
            maxLength={200}
          />
          <button type="submit" aria-label="Find">
            <Icon name="search" />
          </button>
        </form>
        <nav aria-label="Main">
          <ul className="site-links">
            {guest ? <GuestLinks /> : <MemberLinks unread={unread} />}
            <li>
              <Link href="/sell" prefetch={false} className="button">
                Sell
              </Link>
            </li>
          </ul>
          {!guest && <MemberPages />}
        </nav>
      </div>
    </header>
  );
}

function GuestLinks() {
  return (
    <>
      <li>
        <Link href="/sign-in" prefetch={false}>
          Sign in
        </Link>
      </li>
      <li>
        <Link href="/register" prefetch={false}>
          Register
        </Link>
      </li>
    </>
  );
}

function MemberLinks({ unread }: { unread: bigint | undefined }) {
  return (
    <>
      <li>
        <Link href="/watch-list" prefetch={false}>
          <Icon name="heart" />
          <span className="wide">Watch list</span>
        </Link>
      </li>
      <li>
        <Link href="/notifications" prefetch={false}>
          <Icon name="bell" />
          <span>
            <span className="wide">Notifications</span>
            <UnreadCount rendered={unread?.toString() ?? ''} />
          </span>
        </Link>
      </li>
    </>
  );
}

const memberPages = [
  ['/', 'Auctions'],
  ['/dashboard', 'Dashboard'],
  ['/my-bids', 'My bids'],
  ['/listings', 'My listings'],
  ['/sales', 'My sales'],
  ['/account', 'Account'],
] as const;

/** The pages of a signed-in person, in a line that scrolls on a phone. */
function MemberPages() {
  return (
    <ul className="site-more">
      {memberPages.map(([href, label]) => (
        <li key={href}>
          <Link href={href} prefetch={false}>
            {label}
          </Link>
        </li>
      ))}
      <li>
        <form action={signOut}>
          <button type="submit">Sign out</button>
        </form>
      </li>
    </ul>
  );
}
