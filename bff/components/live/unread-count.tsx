'use client';

import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useSyncExternalStore } from 'react';
import { liveConnection } from './live-connection.ts';

/**
 * The number of unread notifications. It changes while the page is open, and then a list of notifications is rendered again, so that
 * it has the new ones, too. Empty while the number is not known.
 */
export function UnreadCount({ rendered }: { rendered: string }) {
  const router = useRouter();
  const isList = usePathname() === '/notifications';
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the page is rendered with another number, the sent one is older.
  useEffect(() => liveConnection.forgetUnread(), [rendered]);
  const sent = useSyncExternalStore(
    liveConnection.subscribe,
    () => liveConnection.unread,
    () => undefined,
  );
  const unread = sent ?? rendered;
  useEffect(() => {
    if (isList && unread !== rendered) router.refresh();
  }, [isList, unread, rendered, router]);
  return unread === '' || unread === '0' ? '' : ` (${unread})`;
}
