import type { Metadata } from 'next';
import Link from 'next/link';
import { MarkReadForm } from '../../components/forms/mark-read-form.tsx';
import { PreferencesForm } from '../../components/forms/preferences-form.tsx';
import { FailureNotice } from '../../components/page/notice.tsx';
import { Pager } from '../../components/page/pager.tsx';
import {
  kindLabel,
  notificationText,
  ownNotifications,
  ownPreferences,
} from '../../server/pages/notification-pages.ts';
import { pathWith, type Query, queryText } from '../../server/pages/query.ts';
import { instantText } from '../../server/pages/times.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'Notifications' };

export default async function NotificationsPage({ searchParams }: { searchParams: Query }) {
  const session = await requireSession('/notifications');
  if (session.kind !== 'signed-in') return <h1>Notifications</h1>;
  const pageToken = await queryText(searchParams, 'page_token');
  const [found, preferences] = await Promise.all([
    ownNotifications(session, pageToken),
    ownPreferences(session),
  ]);
  const entries = found.ok ? found.value.entries : [];
  const next = found.ok ? found.value.nextPageToken : '';
  return (
    <>
      <h1>Notifications</h1>
      {!found.ok && <FailureNotice failure={found} path="/notifications" />}
      {found.ok && entries.length === 0 && <p className="notice plain">Nothing to tell you yet.</p>}
      {found.ok && found.value.unread > 0n && <MarkReadForm />}
      <ul className="listings" aria-label="Notifications">
        {entries.map((notification) => (
          <li key={notification.id} className={notification.readAt ? 'listing' : 'listing unread'}>
            <div>
              <h2>
                <Link href={`/items/${notification.itemId}`} prefetch={false}>
                  {notification.title}
                </Link>
              </h2>
              <p>{notificationText(notification)}</p>
            </div>
            <time className="hint" dateTime={notification.createdAt}>
              {instantText(notification.createdAt)}
            </time>
          </li>
        ))}
      </ul>
      <Pager
        label="Pages of notifications"
        {...(pageToken && { first: '/notifications' })}
        {...(next && { next: pathWith('/notifications', { page_token: next }) })}
      />
      <section aria-label="What to tell me">
        <h2>What to tell me</h2>
        {preferences.ok ? (
          <PreferencesForm
            preferences={preferences.value.map(({ kind, inApp, email }) => ({
              kind,
              label: kindLabel(kind),
              inApp,
              email,
            }))}
          />
        ) : (
          <FailureNotice failure={preferences} path="/notifications" />
        )}
      </section>
    </>
  );
}
