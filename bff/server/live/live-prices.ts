import 'server-only';
import { withSpan } from '@gavel/observability/tracing';
import { type Running, startLoop } from '@gavel/resilience';
import { config } from '../../config.ts';
import { liveItemOf } from '../../model/live-item.ts';
import type { LiveItem, LiveNews } from '../../model/live-news.ts';
import { bidsClient, call } from '../call-services.ts';
import { changedItemOf } from './changed-item-of.ts';
import { type ChangedItems, createChangedItems } from './changed-items.ts';
import { LivePages } from './live-pages.ts';
import { subscribeToTopic, type TopicSubscription } from './topic-subscription.ts';

// A page costs about 20 kB here; browsers open at most six connections per site over HTTP/1.1.
const MOST_OPEN_PAGES = 5_000;
// Finds what events did not report: those that went past while the queue was not bound.
const READ_ALL_EVERY_MS = 10_000;

interface LivePrices {
  pages: LivePages;
  changes: ChangedItems;
  subscription: TopicSubscription | undefined;
  /** Aborted on SIGTERM, so that open pages do not keep the process running. */
  ending: AbortSignal;
}

// On globalThis, because Next may load a module once per route and a process needs only one connection.
const KEY = Symbol.for('gavel.bff.live-prices');
const store = globalThis as { [KEY]?: LivePrices };

/** This process's open pages and the one connection that feeds them. Created at the first call. */
export function livePrices(): LivePrices {
  store[KEY] ??= start();
  return store[KEY];
}

/**
 * Whether live prices work now. `off`: no broker is configured. /readyz calls it, so that the connection is open before
 * the first page.
 */
export function livePricesState(): { live: 'off' | 'connected' | 'disconnected'; pages: number } {
  const { subscription, pages } = livePrices();
  if (!subscription) return { live: 'off', pages: pages.open };
  return { live: subscription.connected ? 'connected' : 'disconnected', pages: pages.open };
}

/** A message with these items. Without items it is the heartbeat of a stream. */
export function newsOf(items: LiveItem[] = []): LiveNews {
  return { now: Date.now(), live: livePricesState().live === 'connected', items };
}

/** The newest states of items. An item that cannot be read now is left out. */
export async function statesOf(itemIds: readonly string[]): Promise<LiveItem[]> {
  const { changes } = livePrices();
  const items = await Promise.all(itemIds.map((itemId) => changes.stateOf(itemId)));
  return items.filter((item) => item !== undefined);
}

function start(): LivePrices {
  const pages = new LivePages(MOST_OPEN_PAGES);
  const ending = new AbortController();
  const changes = createChangedItems({ pages, read: readPublicItem, ending: ending.signal });
  const url = config().AMQP_URL;
  const running: Running[] = [];
  const subscription = url
    ? subscribeToTopic({
        url,
        onMessage({ properties }) {
          const itemId = changedItemOf(properties.headers);
          if (itemId !== undefined) changes.touch(itemId);
        },
        onReconnect: () => void readAll(pages, changes),
      })
    : undefined;
  if (subscription)
    running.push(startLoop('bff', () => readAll(pages, changes).then(() => READ_ALL_EVERY_MS)));
  process.once('SIGTERM', () => {
    ending.abort();
    void subscription?.close();
    for (const one of running) void one.stop();
  });
  return { pages, changes, subscription, ending: ending.signal };
}

async function readAll(pages: LivePages, changes: ChangedItems): Promise<void> {
  if (pages.open === 0) return;
  await withSpan('live-prices read all', { root: true, scope: 'gavel.bff' }, () => changes.readAll());
}

/** The item as everybody may see it; undefined when the call fails. */
async function readPublicItem(itemId: string): Promise<LiveItem | undefined> {
  const outcome = await call('bids', () => bidsClient().getItem({ id: itemId }));
  return outcome.ok && outcome.value.item ? liveItemOf(outcome.value.item) : undefined;
}
