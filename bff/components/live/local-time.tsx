'use client';

import { useSyncExternalStore } from 'react';
import { instantText, localText } from '../../words/times.ts';

const never = () => () => undefined;

/**
 * A date and time in the viewer's own zone and language, with UTC on hover. The server's HTML, which is also what a page without script
 * keeps, says it in UTC: the server does not know the zone.
 */
export function LocalTime({ iso }: { iso: string }) {
  const text = useSyncExternalStore(
    never,
    () => localText(iso),
    () => instantText(iso),
  );
  return (
    <time dateTime={iso} title={instantText(iso)}>
      {text}
    </time>
  );
}
