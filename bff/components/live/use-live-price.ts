'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { liveEvent, type PriceUpdate, readPriceUpdate } from '../../server/live/price-update.ts';

const REOPEN_AFTER_MS = 30_000;
// What anybody may see is read through a cache that is at most a second old, and may have been read just before.
const CHANGED_AGAIN_AFTER_MS = 1_500;

/**
 * The newest price that the server pushed, undefined before the first. A hidden page lets go of its connection, because
 * browsers allow six to a site over HTTP/1.1; each opening begins with the price of then, so nothing is missed.
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
      // The browser reconnects by itself after a lost connection, but gives up on an answer that is no stream.
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
