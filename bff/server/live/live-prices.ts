import 'server-only';
import { withSpan } from '@gavel/observability/tracing';
import { type Running, startLoop } from '@gavel/resilience';
import { config } from '../../config.ts';
import { liveItemOf } from '../../model/live-item.ts';
import type { LiveItem, LiveNews, PersonalNews } from '../../model/live-news.ts';
import { bidsClient, call } from '../call-services.ts';
import { readUnread } from '../reads/my-account.ts';
import { type ChangedItems, createChangedItems, type ReadItem } from './changed-items.ts';
import { changeOf } from './changes.ts';
import { LiveChannel } from './live-channel.ts';
import { createLiveMetrics } from './live-metrics.ts';
import { OpenPages } from './open-page-limits.ts';
import { createPeople, type People } from './people.ts';
import { subscribeToTopic, type TopicSubscription } from './topic-subscription.ts';

// What a page costs here is in the bench's part `live`; browsers open at most six connections per site over HTTP/1.1.
const MOST_OPEN_PAGES = 20_000;
/** For pages that come back. At a hundred changes per second they have 40 seconds for it. */
const KEPT_MESSAGES = 4_096;
// A page that hears nothing for some heartbeats asks for changes instead. Many proxies close a silent connection after a minute.
const HEARTBEAT_MS = 5_000;
// Finds what events did not report: those that went past while the queue was not bound.
const READ_ALL_EVERY_MS = 10_000;

interface LivePrices {
  channel: LiveChannel;
  changes: ChangedItems;
  people: People;
  openPages: OpenPages;
  subscription: TopicSubscription | undefined;
  newsOf: (items?: LiveItem[]) => LiveNews;
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

export interface LivePricesState {
  /** `off`: no broker is configured. */
  live: 'off' | 'connected' | 'disconnected';
  pages: number;
  mostPages: number;
  /** More than four fifths of the pages are open. Beyond the most, pages ask for changes instead. */
  nearlyFull: boolean;
}

/** Whether live prices work now, and how many pages are open. */
export function livePricesState(): LivePricesState {
  const { subscription, channel } = livePrices();
  const nearlyFull = channel.open > 0.8 * MOST_OPEN_PAGES;
  const live = !subscription ? 'off' : subscription.connected ? 'connected' : 'disconnected';
  return { live, pages: channel.open, mostPages: MOST_OPEN_PAGES, nearlyFull };
}

/** A message with these items. Without items it is the heartbeat of a stream. */
export function newsOf(items: LiveItem[] = []): LiveNews {
  return livePrices().newsOf(items);
}

function start(): LivePrices {
  const channel = new LiveChannel({ limit: MOST_OPEN_PAGES, kept: KEPT_MESSAGES });
  const openPages = new OpenPages({
    perAddress: config().LIVE_PAGES_PER_ADDRESS,
    perPerson: config().LIVE_PAGES_PER_PERSON,
  });
  const ending = new AbortController();
  const hearsEvents = (): boolean => subscription?.connected === true;
  const newsOf = (items: LiveItem[] = []): LiveNews => ({ now: Date.now(), live: hearsEvents(), items });
  const personalNews = (news: PersonalNews): LiveNews => ({ ...newsOf(), ...news });
  const people = createPeople({ channel, newsOf: personalNews, readUnread, ending: ending.signal });
  const changes = createChangedItems({
    channel,
    newsOf,
    read: readPublicItem,
    onSent: createLiveMetrics(() => channel.open).recordDelay,
    hearsEvents,
    ending: ending.signal,
  });
  const url = config().AMQP_URL;
  const subscription = url
    ? subscribeToTopic({
        url,
        onMessage(message) {
          const change = changeOf(message);
          if (change?.seenBy === 'everybody') changes.touch(change.itemId);
          for (const userId of change?.people ?? []) {
            people.touch(userId);
            // On a page that many people look at, the ones concerned do not wait for the others.
            if (change && change.seenBy !== 'nobody') people.tellMine(userId, change.itemId);
          }
        },
        onReconnect: () => void readAll(channel, changes),
      })
    : undefined;
  const loop = (work: () => Promise<void>, everyMs: number): Running =>
    startLoop('bff', () => work().then(() => everyMs));
  const running = [
    loop(async () => channel.sendAll(newsOf()), HEARTBEAT_MS),
    loop(() => people.countAll(), READ_ALL_EVERY_MS),
    ...(subscription ? [loop(() => readAll(channel, changes), READ_ALL_EVERY_MS)] : []),
  ];
  process.once('SIGTERM', () => {
    ending.abort();
    void subscription?.close();
    for (const one of running) void one.stop();
    channel.endAll();
  });
  return { channel, changes, people, openPages, subscription, newsOf, ending: ending.signal };
}

async function readAll(channel: LiveChannel, changes: ChangedItems): Promise<void> {
  if (channel.open === 0) return;
  await withSpan('live-prices read all', { root: true, scope: 'gavel.bff' }, () => changes.readAll());
}

/** The item as everybody may see it; undefined when the call fails. */
async function readPublicItem(itemId: string): Promise<ReadItem | undefined> {
  const outcome = await call('bids', () => bidsClient().getItem({ id: itemId }));
  if (!outcome.ok || !outcome.value.item) return undefined;
  const { item } = outcome.value;
  return { item: liveItemOf(item), changedAt: Date.parse(item.updatedAt) };
}
