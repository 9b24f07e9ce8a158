'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { liveEvent, type PriceUpdate, readPriceUpdate } from '../../model/price-update.ts';

const REOPEN_AFTER_MS = 30_000;
// Public data comes from a cache that may be one second old, so a changed page is rendered a second time after this.
const CHANGED_AGAIN_AFTER_MS = 1_500;
// On an auction with many bids per second, the page is rendered again once per second and not for each bid.
const REFRESH_EVERY_MS = 1_000;

/**
 * The newest price that the server sent, undefined before the first. A hidden page closes its connection, because browsers
 * allow six per site over HTTP/1.1. Each new connection starts with the current price, so nothing is missed.
 */
export function useLivePrice(itemId: string, running: boolean): PriceUpdate | undefined {
  const [update, setUpdate] = useState<PriceUpdate>();
  const router = useRouter();
  useEffect(() => {
    if (!running) return;
    let source: EventSource | undefined;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    let refreshing: ReturnType<typeof setTimeout> | undefined;
    const close = () => {
      clearTimeout(reopening);
      source?.close();
      source = undefined;
    };
    const open = () => {
      close();
      source = new EventSource(`/items/${itemId}/live`);
      source.addEventListener(liveEvent.price, (event) => {
        const next = readPriceUpdate(event.data);
        if (next) setUpdate((now) => (now && now.bidCount >= next.bidCount ? now : next));
      });
      source.addEventListener(liveEvent.changed, () => {
        router.refresh();
        clearTimeout(refreshing);
        refreshing = setTimeout(() => router.refresh(), CHANGED_AGAIN_AFTER_MS);
      });
      // The browser reconnects by itself after a lost connection, but not after an answer that is not an event stream.
      source.addEventListener('error', () => {
        if (source?.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_AFTER_MS);
      });
    };
    const follow = () => (document.hidden ? close() : open());
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      close();
    };
  }, [itemId, running, router]);
  return update;
}

/** While `due` is true, renders the page again once per second. Rendering is expected to make it false. */
export function useRefresh(due: boolean): void {
  const router = useRouter();
  useEffect(() => {
    if (!due) return;
    const refreshing = setInterval(() => router.refresh(), REFRESH_EVERY_MS);
    return () => clearInterval(refreshing);
  }, [due, router]);
}
