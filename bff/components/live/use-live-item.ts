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

/**
 * While `due` is true, renders the page again, at most once per second. Rendering is expected to make it false. When many people look at
 * the item, each page waits a random part of the time that the server gives.
 */
export function useRefresh(due: boolean): void {
  const router = useRouter();
  useEffect(() => {
    if (!due) return;
    return refreshSoon(router, Math.random() * liveConnection.spreadMs, true);
  }, [due, router]);
}

/** Renders the page again when the server says that it must be. */
export function useRefreshWhenOutdated(): void {
  const router = useRouter();
  const outdated = useSyncExternalStore(
    liveConnection.subscribe,
    () => liveConnection.outdated,
    () => 0,
  );
  useEffect(() => (outdated > 0 ? refreshSoon(router, 0, false) : undefined), [outdated, router]);
}

function refreshSoon(router: { refresh(): void }, afterMs: number, again: boolean): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (ms: number) => {
    const sinceLast = performance.now() - refreshedAt;
    timer = setTimeout(refresh, Math.max(ms, REFRESH_EVERY_MS - sinceLast));
  };
  const refresh = () => {
    refreshedAt = performance.now();
    router.refresh();
    if (again) wait(0);
  };
  wait(afterMs);
  return () => clearTimeout(timer);
}
