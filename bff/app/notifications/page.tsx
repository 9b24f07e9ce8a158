import type { Notification } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import type { Metadata } from 'next';
import Link from 'next/link';
import { MarkReadForm, PreferencesForm } from '../../components/forms/notification-forms.tsx';
import { LocalTime } from '../../components/live/local-time.tsx';
import { ListPage } from '../../components/page/list-page.tsx';
import { FailureNotice } from '../../components/page/notice.tsx';
import type { Query } from '../../model/query.ts';
import { myNotifications, myPreferences } from '../../server/reads/my-account.ts';
import { requireSession } from '../../server/session/read-session.ts';
import type { SignedIn } from '../../server/session/session.ts';
import { earlierText, kindLabel, notificationText } from '../../words/notification-sentences.ts';

export const metadata: Metadata = { title: 'Notifications' };

export default async function NotificationsPage({ searchParams }: { searchParams: Query }) {
  const session = await requireSession('/notifications');
  return (
    <>
      <ListPage
        title="Notifications"
        path="/notifications"
        searchParams={searchParams}
        read={myNotifications}
        empty="You have no notifications yet."
        pagerLabel="Pages of notifications"
        above={(list) => list && list.unread > 0n && <MarkReadForm />}
      >
        {(notifications) => (
          <ul className="listings" aria-label="Notifications">
            {notifications.map((notification) => (
              <NotificationRow key={notification.id} notification={notification} />
            ))}
          </ul>
        )}
      </ListPage>
      {session.kind === 'signed-in' && <Settings session={session} />}
    </>
  );
}

function NotificationRow({ notification }: { notification: Notification }) {
  const { itemId, title, createdAt, readAt } = notification;
  const earlier = earlierText(notification);
  return (
    <li className={readAt ? 'listing' : 'listing unread'}>
      <div>
        <h2>
          <Link href={`/items/${itemId}`} prefetch={false}>
            <bdi>{title}</bdi>
          </Link>
        </h2>
        <p>{notificationText(notification)}</p>
        {earlier && <p className="hint">{earlier}</p>}
      </div>
      <time className="hint" dateTime={createdAt}>
        <LocalTime iso={createdAt} />
      </time>
    </li>
  );
}

async function Settings({ session }: { session: SignedIn }) {
  const preferences = await myPreferences(session);
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
