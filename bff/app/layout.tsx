import type { Metadata, Viewport } from 'next';
import localFont from 'next/font/local';
import type { ReactNode } from 'react';
import { LiveSign } from '../components/live/live-sign.tsx';
import { EndedNotice, UnverifiedNotice } from '../components/page/notice.tsx';
import { SiteFooter } from '../components/page/site-footer.tsx';
import { SiteHeader } from '../components/page/site-header.tsx';
import { unreadCount } from '../server/reads/my-account.ts';
import { readEnding, readSession } from '../server/session/read-session.ts';
import { siteOrigin } from '../server/site-origin.ts';
import { readTheme } from '../server/theme.ts';
import { instantText } from '../words/times.ts';
import './styles/tokens.css';
import './styles/page.css';
import './styles/frame.css';
import './styles/forms.css';
import './styles/auctions.css';
import './styles/item.css';
import './styles/tables.css';
import './styles/live.css';

const description =
  'Auctions of cameras, clocks, furniture, music and art, with open rules: maximum bids, increments and late bids as written.';

export async function generateMetadata(): Promise<Metadata> {
  return {
    metadataBase: new URL(await siteOrigin()),
    title: { default: 'Gavel: auctions with open rules', template: '%s · Gavel' },
    description,
    openGraph: { siteName: 'Gavel', type: 'website', description },
  };
}

// Figtree, under the SIL Open Font License. 20 kB hold all weights; the page shows another font until it has arrived.
const figtree = localFont({
  src: '../../node_modules/@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2',
  weight: '300 900',
  variable: '--font',
  display: 'swap',
});

export const viewport: Viewport = { colorScheme: 'light dark' };

export default async function Layout({ children }: { children: ReactNode }) {
  const [session, ending, theme] = await Promise.all([readSession(), readEnding(), readTheme()]);
  const unread = session.kind === 'signed-in' ? await unreadCount(session) : undefined;
  return (
    <html lang="en" className={figtree.variable} data-theme={theme}>
      <body>
        <a className="skip" href="#content">
          Skip to content
        </a>
        <SiteHeader session={session} unread={unread} />
        <main id="content">
          <LiveSign nowMs={Date.now()} person={session.kind === 'signed-in' ? session.userId : ''} />
          <noscript>
            <p className="hint">
              This page shows the state at {instantText(new Date().toISOString())}. Reload it to see changes.
            </p>
          </noscript>
          {session.kind === 'unverified' && <UnverifiedNotice />}
          {ending && <EndedNotice ending={ending} />}
          {children}
        </main>
        <SiteFooter theme={theme} />
      </body>
    </html>
  );
}
