import 'server-only';
import { createLogger } from '@gavel/observability/logger';
import { withSpan } from '@gavel/observability/tracing';
import type { ConsumeMessage } from 'amqplib';
import { config } from '../../config.ts';
import type { PriceUpdate } from '../../model/price-update.ts';
import { bidsClient, call } from '../call-services.ts';
import { LivePages } from './live-pages.ts';
import { readEvent } from './read-event.ts';
import { subscribeToTopic, type TopicSubscription } from './topic-subscription.ts';

const log = createLogger('bff');

// A page costs about 20 kB here; browsers open at most six connections per site over HTTP/1.1.
const MOST_OPEN_PAGES = 5_000;

interface LivePrices {
  pages: LivePages;
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

/** The current price, from bids; undefined when the call fails. */
export async function currentPrice(itemId: string): Promise<PriceUpdate | undefined> {
  const outcome = await call('bids', () => bidsClient().getItem({ id: itemId }));
  if (!outcome.ok || !outcome.value.item) return undefined;
  const { currentHighestBid, minimumNextBid, bidCount } = outcome.value.item;
  return {
    currentHighestBid: currentHighestBid.toString(),
    minimumNextBid: minimumNextBid.toString(),
    bidCount: Number(bidCount),
  };
}

function start(): LivePrices {
  const pages = new LivePages(MOST_OPEN_PAGES);
  const ending = new AbortController();
  const url = config().AMQP_URL;
  const subscription = url
    ? subscribeToTopic({
        url,
        onMessage: (message) => deliver(pages, message),
        onReconnect: () => void catchUp(pages),
      })
    : undefined;
  process.once('SIGTERM', () => {
    ending.abort();
    void subscription?.close();
  });
  return { pages, subscription, ending: ending.signal };
}

function deliver(pages: LivePages, message: ConsumeMessage): void {
  try {
    const event = readEvent(message.properties.headers, message.content);
    if (event) pages.send(event.itemId, event.message);
  } catch (error) {
    log.error({ err: error, subject: message.fields.routingKey }, 'event could not be read');
  }
}

/** After an outage every open page gets the current price. Item by item, so that bids is called once per item. */
function catchUp(pages: LivePages): Promise<void> {
  return withSpan('live-prices catch-up', { root: true, scope: 'gavel.bff' }, async () => {
    for (const itemId of pages.items()) {
      const update = await currentPrice(itemId);
      if (update) pages.send(itemId, { kind: 'price', update });
    }
  });
}
