'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

// On an auction with many bids a second, a page is rendered again once in this time and not with each bid.
const AT_MOST_EVERY_MS = 1_000;

/** Renders the page again a moment after `due` has become true, and again for as long as that does not make it false. */
export function useRefresh(due: boolean): void {
  const router = useRouter();
  useEffect(() => {
    if (!due) return;
    const refreshing = setInterval(() => router.refresh(), AT_MOST_EVERY_MS);
    return () => clearInterval(refreshing);
  }, [due, router]);
}
