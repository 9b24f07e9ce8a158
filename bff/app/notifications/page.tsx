import type { Notification, Preference } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import type { Metadata } from 'next';
import Link from 'next/link';
import { MarkReadForm, PreferencesForm } from '../../components/forms/notification-forms.tsx';
import { ListPage } from '../../components/page/list-page.tsx';
import { FailureNotice } from '../../components/page/notice.tsx';
import type { CallOutcome } from '../../model/call-outcome.ts';
import { type Query, queryText } from '../../model/query.ts';
import { myNotifications, myPreferences } from '../../server/reads/my-account.ts';
import { requireSession } from '../../server/session/read-session.ts';
import { kindLabel, notificationText } from '../../words/notification-sentences.ts';
import { instantText } from '../../words/times.ts';

export const metadata: Metadata = { title: 'Notifications' };

export default async function NotificationsPage({ searchParams }: { searchParams: Query }) {
  const session = await requireSession('/notifications');
  if (session.kind !== 'signed-in') return <h1>Notifications</h1>;
  const pageToken = await queryText(searchParams, 'page_token');
  const [found, preferences] = await Promise.all([
    myNotifications(session, pageToken),
    myPreferences(session),
  ]);
  return (
    <>
      <ListPage
        title="Notifications"
        path="/notifications"
        pageToken={pageToken}
        list={found}
        empty="You have no notifications yet."
        pagerLabel="Pages of notifications"
        filters={found.ok && found.value.unread > 0n && <MarkReadForm />}
      >
        {(notifications) => (
          <ul className="listings" aria-label="Notifications">
            {notifications.map((notification) => (
              <NotificationRow key={notification.id} notification={notification} />
            ))}
          </ul>
        )}
      </ListPage>
      <Settings preferences={preferences} />
    </>
  );
}

function NotificationRow({ notification }: { notification: Notification }) {
  const { itemId, title, createdAt, readAt } = notification;
  return (
    <li className={readAt ? 'listing' : 'listing unread'}>
      <div>
        <h2>
          <Link href={`/items/${itemId}`} prefetch={false}>
            {title}
          </Link>
        </h2>
        <p>{notificationText(notification)}</p>
      </div>
      <time className="hint" dateTime={createdAt}>
        {instantText(createdAt)}
      </time>
    </li>
  );
}

function Settings({ preferences }: { preferences: CallOutcome<Preference[]> }) {
  return (
    <section aria-label="Notification settings">
      <h2>Notification settings</h2>
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
  );
}
