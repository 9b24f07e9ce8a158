'use client';

import { useSyncExternalStore } from 'react';
import type { LiveItem } from '../../model/live-news.ts';
import { instantText, timeLeft } from '../../words/times.ts';
import { serverNow } from './server-clock.ts';

const TICK_MS = 250;
const watchers = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

/** One timer for all clocks of the page. */
function onTick(watcher: () => void): () => void {
  watchers.add(watcher);
  ticking ??= setInterval(() => {
    for (const each of [...watchers]) each();
  }, TICK_MS);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/**
 * The time left until an instant, by the server's clock; empty when it has passed. Undefined in the server's HTML, which is
 * also what a page without script keeps: it must not say a time left that is soon no longer true.
 */
function useTimeLeft(iso: string): string | undefined {
  return useSyncExternalStore(
    onTick,
    () => timeLeft(iso, serverNow()) ?? '',
    () => undefined,
  );
}

/** When an open auction starts or ends, in a list. Screen readers are not told each second: it is no live region. */
export function CardClock({ status, startsAt, endAt }: LiveItem) {
  const starting = status === 'scheduled';
  const left = useTimeLeft(starting ? startsAt : endAt);
  if (status === 'cancelled') return <>cancelled</>;
  if (status === 'ended' || (!starting && left === '')) return <>bidding is over</>;
  const verb = starting ? 'starts' : 'ends';
  if (left === '') return <>{verb} in a moment</>;
  return (
    <>
      {verb} {left ? `in ${left}` : `on ${instantText(starting ? startsAt : endAt)}`}
    </>
  );
}

/** When an open auction starts or ends, on its own page. */
export function AuctionClock({ status, startsAt, endAt }: LiveItem) {
  const starting = status === 'scheduled';
  const at = starting ? startsAt : endAt;
  const left = useTimeLeft(at);
  const verb = starting ? 'Starts' : 'Ends';
  return (
    <p data-testid="auction-state">
      {left && `${verb} in ${left}, on `}
      {left === undefined && `${verb} on `}
      {left === '' &&
        (starting ? 'Starts in a moment, on ' : 'Bidding is over. The result follows in a moment. End: ')}
      <time dateTime={at}>{instantText(at)}</time>
    </p>
  );
}
