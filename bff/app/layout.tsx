import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { UnverifiedNotice } from '../components/page/notice.tsx';
import { SiteHeader } from '../components/page/site-header.tsx';
import { readSession } from '../server/session/read-session.ts';
import './styles.css';

export const metadata: Metadata = {
  title: { default: 'Gavel', template: '%s · Gavel' },
  description: 'An auction house.',
};

export const viewport: Viewport = { colorScheme: 'light dark' };

export default async function Layout({ children }: { children: ReactNode }) {
  const session = await readSession();
  return (
    <html lang="en">
      <body>
        <a className="skip" href="#content">
          Skip to content
        </a>
        <SiteHeader session={session} />
        <main id="content">
          {session.kind === 'unverified' && <UnverifiedNotice />}
          {children}
        </main>
      </body>
    </html>
  );
}
