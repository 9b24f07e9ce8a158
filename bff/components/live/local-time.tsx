'use client';

import { useSyncExternalStore } from 'react';
import { dateText, instantText, localText } from '../../words/times.ts';

const never = () => () => undefined;

/**
 * A date and time in the viewer's own zone and language, with UTC on hover. The server's HTML, which is also what a page without script
 * keeps, says it in UTC: the server does not know the zone. `dateOnly` is for narrow places: the time is then seen on hover.
 */
export function LocalTime({ iso, dateOnly = false }: { iso: string; dateOnly?: boolean }) {
  const text = useSyncExternalStore(
    never,
    () => (dateOnly ? dateText(iso, 'local') : localText(iso)),
    () => (dateOnly ? dateText(iso, 'UTC') : instantText(iso)),
  );
  return (
    <time dateTime={iso} title={instantText(iso)}>
      {text}
    </time>
  );
}
