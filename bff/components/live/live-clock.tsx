'use client';

import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { LiveItem } from '../../model/live-news.ts';
import { durationText, isUrgent, timeLeft, timeLeftSentence } from '../../words/times.ts';
import { LocalTime } from './local-time.tsx';
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

/** True in the last minute before an instant, by the server's clock. */
function useUrgent(iso: string): boolean {
  return useSyncExternalStore(
    onTick,
    () => isUrgent(iso, serverNow()),
    () => false,
  );
}

const SHOW_EXTENSION_MS = 8_000;

/** What the end was moved by while the page is open, such as "+30 s", for some seconds. */
function useExtension(endAt: string): string | undefined {
  const known = useRef(endAt);
  const [extension, setExtension] = useState<string>();
  useEffect(() => {
    const seconds = Math.round((Date.parse(endAt) - Date.parse(known.current)) / 1000);
    known.current = endAt;
    if (seconds <= 0) return;
    setExtension(`+${durationText(seconds)}`);
    const timer = setTimeout(() => setExtension(undefined), SHOW_EXTENSION_MS);
    return () => clearTimeout(timer);
  }, [endAt]);
  return extension;
}

function Extension({ by }: { by: string | undefined }) {
  return by && <strong className="extension">{by}</strong>;
}

/** When an open auction starts or ends, in a list. Screen readers are not told each second: it is no live region. */
export function CardClock({ status, startsAt, endAt }: LiveItem) {
  const starting = status === 'scheduled';
  const at = starting ? startsAt : endAt;
  const left = useTimeLeft(at);
  const urgent = useUrgent(at);
  const extension = useExtension(endAt);
  if (status === 'cancelled') return <>cancelled</>;
  if (status === 'ended' || (!starting && left === '')) return <>bidding is over</>;
  const verb = starting ? 'starts' : 'ends';
  if (left === '') return <>{verb} in a moment</>;
  return (
    <span className={urgent ? 'clock urgent' : 'clock'}>
      {verb} {left ? `in ${left}` : 'on '}
      {!left && <LocalTime iso={at} />} <Extension by={extension} />
    </span>
  );
}

/** When an open auction starts or ends, on its own page. */
export function AuctionClock({ status, startsAt, endAt }: LiveItem) {
  const starting = status === 'scheduled';
  const at = starting ? startsAt : endAt;
  const left = useTimeLeft(at);
  const urgent = useUrgent(at);
  const extension = useExtension(endAt);
  const verb = starting ? 'Starts' : 'Ends';
  return (
    <>
      <p data-testid="auction-state" className={urgent ? 'clock urgent' : 'clock'}>
        {left && `${verb} in ${left}, on `}
        {left === undefined && `${verb} on `}
        {left === '' &&
          (starting ? 'Starts in a moment, on ' : 'Bidding is over. The result follows in a moment. End: ')}
        <LocalTime iso={at} /> <Extension by={extension} />
      </p>
      {!starting && <ClockVoice endAt={endAt} extension={extension} />}
    </>
  );
}

/** Tells screen readers about the time left: at thresholds, and when the end has moved. */
function ClockVoice({ endAt, extension }: { endAt: string; extension: string | undefined }) {
  const sentence = useSyncExternalStore(
    onTick,
    () => timeLeftSentence(endAt, serverNow()),
    () => '',
  );
  return (
    <span className="spoken" aria-live="polite" data-testid="clock-voice">
      {extension ? `The end has moved: ${extension}.` : sentence}
    </span>
  );
}
