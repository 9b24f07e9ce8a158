'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { isNewer, type LiveItem } from '../../model/live-news.ts';
import { liveConnection } from './live-connection.ts';

// On an auction with many bids per second, the page is rendered again once per second and not for each bid.
const REFRESH_EVERY_MS = 1_000;
let refreshedAt = Number.NEGATIVE_INFINITY;

/** The newest state of an item: the rendered one, or a later one that the server has sent since. */
export function useLiveItem(rendered: LiveItem, followed = true): LiveItem {
  const { id, revision } = rendered;
  const first = useRef(revision);
  useEffect(() => (followed ? liveConnection.follow(id, first.current) : undefined), [id, followed]);
  const sent = useSyncExternalStore(
    liveConnection.subscribe,
    () => liveConnection.newest(id),
    () => undefined,
  );
  return sent && isNewer(sent, rendered) ? sent : rendered;
}

/** While `due` is true, renders the page again, at most once per second. Rendering is expected to make it false. */
export function useRefresh(due: boolean): void {
  const router = useRouter();
  useEffect(() => {
    if (!due) return;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      const sinceLast = performance.now() - refreshedAt;
      timer = setTimeout(refresh, Math.max(0, REFRESH_EVERY_MS - sinceLast));
    };
    const refresh = () => {
      refreshedAt = performance.now();
      router.refresh();
      wait();
    };
    wait();
    return () => clearTimeout(timer);
  }, [due, router]);
}
