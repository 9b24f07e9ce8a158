'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

const ASK_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 8_000;

/**
 * The number of unread notifications. While the page is visible, the server is asked for it every few seconds. Another number
 * renders the page again, so that a list of notifications has the new ones, too. Empty while the number is not known.
 */
export function UnreadCount({ rendered }: { rendered: string }) {
  const router = useRouter();
  useEffect(() => {
    const ask = async (): Promise<void> => {
      if (document.hidden) return;
      const unread = await askUnread();
      if (unread !== undefined && unread !== rendered) router.refresh();
    };
    const asking = setInterval(() => void ask(), ASK_EVERY_MS);
    return () => clearInterval(asking);
  }, [rendered, router]);
  return rendered === '' || rendered === '0' ? '' : ` (${rendered})`;
}

/** Undefined when the number cannot be known now. */
async function askUnread(): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch('/notifications/unread', { signal, cache: 'no-store' });
    const { unread } = response.ok ? await response.json() : { unread: undefined };
    return typeof unread === 'string' ? unread : undefined;
  } catch (error) {
    console.info('no answer about notifications', error);
    return undefined;
  }
}
