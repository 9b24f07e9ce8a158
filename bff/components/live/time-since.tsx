'use client';

import { useSyncExternalStore } from 'react';
import { instantText, timeSince } from '../../words/times.ts';
import { serverNow } from './server-clock.ts';

const AGAIN_MS = 15_000;

/**
 * How long ago something happened, by the server's clock; the exact time is its title. The server's HTML has the exact time, which stays
 * true on a page without script.
 */
export function TimeSince({ iso }: { iso: string }) {
  const since = useSyncExternalStore(
    everySoOften,
    () => timeSince(iso, serverNow()),
    () => undefined,
  );
  return (
    <time dateTime={iso} title={instantText(iso)}>
      {since ?? instantText(iso)}
    </time>
  );
}

function everySoOften(changed: () => void): () => void {
  const timer = setInterval(changed, AGAIN_MS);
  return () => clearInterval(timer);
}
