'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useSyncExternalStore } from 'react';
import { type LiveState, liveConnection } from './live-connection.ts';
import { learnServerTime } from './server-clock.ts';
import { useRefreshWhenOutdated } from './use-live-item.ts';

const sentences: Record<Exclude<LiveState, 'live'>, string> = {
  reconnecting: 'Reconnecting…',
  asking: 'Live updates are interrupted. This page checks for changes every few seconds.',
  offline: 'No connection to Gavel. This page may show an old state. It tries again every few seconds.',
};

/**
 * Opens the page's connection and says when changes do not arrive by themselves. `nowMs`: the server's time when the page was
 * rendered. `person`: whose page it is; empty for a guest.
 */
export function LiveSign({ nowMs, person }: { nowMs: number; person: string }) {
  useEffect(() => learnServerTime(nowMs), [nowMs]);
  useEffect(() => liveConnection.setPerson(person), [person]);
  useRefreshWhenShown();
  useRefreshWhenOutdated();
  const state = useSyncExternalStore(
    liveConnection.subscribe,
    () => liveConnection.state,
    () => 'live' as const,
  );
  return (
    <p role="status" data-testid="live-sign" className={state === 'live' ? 'empty' : 'notice bad live-sign'}>
      {state !== 'live' && sentences[state]}
    </p>
  );
}

/** Renders the page again when it is shown after having been hidden: it may also contain what no stream reports. */
function useRefreshWhenShown(): void {
  const router = useRouter();
  useEffect(() => {
    const refresh = () => {
      if (!document.hidden) router.refresh();
    };
    document.addEventListener('visibilitychange', refresh);
    return () => document.removeEventListener('visibilitychange', refresh);
  }, [router]);
}
