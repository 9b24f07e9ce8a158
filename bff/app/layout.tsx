import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { LiveSign } from '../components/live/live-sign.tsx';
import { EndedNotice, UnverifiedNotice } from '../components/page/notice.tsx';
import { SiteHeader } from '../components/page/site-header.tsx';
import { unreadCount } from '../server/reads/my-account.ts';
import { readEnding, readSession } from '../server/session/read-session.ts';
import { instantText } from '../words/times.ts';
import './styles/page.css';
import './styles/forms.css';
import './styles/auctions.css';
import './styles/tables.css';

export const metadata: Metadata = {
  title: { default: 'Gavel', template: '%s · Gavel' },
  description: 'Online auctions.',
};

export const viewport: Viewport = { colorScheme: 'light dark' };

export default async function Layout({ children }: { children: ReactNode }) {
  const [session, ending] = await Promise.all([readSession(), readEnding()]);
  const unread = session.kind === 'signed-in' ? await unreadCount(session) : undefined;
  return (
    <html lang="en">
      <body>
        <a className="skip" href="#content">
          Skip to content
        </a>
        <SiteHeader session={session} unread={unread} />
        <main id="content">
          <LiveSign nowMs={Date.now()} />
          <noscript>
            <p className="hint">
              This page shows the state at {instantText(new Date().toISOString())}. Reload it to see changes.
            </p>
          </noscript>
          {session.kind === 'unverified' && <UnverifiedNotice />}
          {ending && <EndedNotice ending={ending} />}
          {children}
        </main>
      </body>
    </html>
  );
}
