import { setTimeout as delay } from 'node:timers/promises';
import { hiddenFields } from '../system/page-forms.ts';
import type { SignedIn } from '../system/sign-up.ts';

/** Bids through the web app's form without a browser, in the way that a browser without scripts does. */
export interface WebBidder {
  /** Posts the bid form of an item's page. Throws when the page has no such form or the answer is not a success. */
  bid(itemId: string, amount: string): Promise<void>;
  /** Reloads the dashboard until it shows this number of bids. */
  seeBids(count: number): Promise<void>;
}

const patienceMs = 30_000;

export function createWebBidder(bffUrl: string, { token, refreshToken }: SignedIn): WebBidder {
  const headers = { cookie: `gavel_access=${token}; gavel_refresh=${refreshToken}`, origin: bffUrl };
  const read = async (path: string, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(`${bffUrl}${path}`, { ...init, headers, redirect: 'manual' });
    const page = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return page;
  };
  return {
    async bid(itemId, amount) {
      const path = `/items/${itemId}`;
      const form = new FormData();
      for (const [name, value] of hiddenFields(await read(path), 'Place a bid')) form.set(name, value);
      form.set('amount', amount);
      const page = await read(path, { method: 'POST', body: form });
      if (!page.includes('Your bid')) throw new Error('the bid was not accepted');
    },
    async seeBids(count) {
      const shown = new RegExp(`data-testid="total-bids"[^>]*>${count}<`);
      const deadline = performance.now() + patienceMs;
      while (!shown.test(await read('/dashboard'))) {
        if (performance.now() > deadline) throw new Error(`the dashboard did not show ${count} bids`);
        await delay(100);
      }
    },
  };
}
