import 'server-only';
import { delayBefore, pause } from '@gavel/resilience';
import { isNewer, type LiveItem, type LiveNews } from '../../model/live-news.ts';
import type { LiveChannel } from './live-channel.ts';

// On an auction with many bids per second, its pages get a new state this often and not for each bid.
const READ_EVERY_MS = 200;
// bids may answer from a cache that is up to one second old, so a changed item is read once more after this.
const READ_AGAIN_AFTER_MS = 1_200;
// What it takes to render one page again. Price, end and status move at once; what else a page shows may wait until others were rendered.
const RENDER_MS = 5;
const BACK_OFF = { firstMs: 250, maxMs: 5_000 };

/** The topics of items in the channel. */
const ITEM = 'item:';

export const topicOfItem = (itemId: string): string => ITEM + itemId;

/** An item as bids answers it. */
export interface ReadItem {
  readonly item: LiveItem;
  /** When what everybody sees of it last changed, by the database of bids: milliseconds since 1970. */
  readonly changedAt: number;
}

interface ChangedItemsOptions {
  channel: LiveChannel;
  /** The message that carries these items. */
  newsOf: (items: LiveItem[]) => LiveNews;
  /** The item's public state; undefined when it cannot be read now. */
  read: (itemId: string) => Promise<ReadItem | undefined>;
  /** Called once for each change that was written to open pages, with its time. */
  onSent: (changedAt: number) => void;
  /** False while events do not arrive: then a known state may be old. */
  hearsEvents: () => boolean;
  /** Aborted when the process ends. */
  ending: AbortSignal;
}

/** Reads items that may have changed, and sends those that look different now to their open pages. */
export interface ChangedItems {
  /** Something about the item may have changed. Several calls at once lead to one read. */
  touch(itemId: string): void;
  /** The newest known state, after a read; undefined when the item cannot be read now. */
  stateOf(itemId: string): Promise<LiveItem | undefined>;
  /**
   * The state of an item that its page has just joined. While events arrive, it is the known one of an item that other pages
   * show, so thousands of pages that come back at once lead to one read. `atLeast`: the revision that the page shows.
   */
  stateForPage(itemId: string, atLeast: string): Promise<LiveItem | undefined>;
  /** Reads every item with an open page once, one after the other. */
  readAll(): Promise<void>;
}

/**
 * An event says only that an item may have changed; its state is always read from bids. So an act that nobody may see, such as
 * raising a maximum bid, sends nothing: the item's revision is the same as before.
 */
export function createChangedItems(options: ChangedItemsOptions): ChangedItems {
  const { channel, newsOf, read, onSent, hearsEvents, ending } = options;
  const newest = new Map<string, LiveItem>();
  const reading = new Map<string, { again: boolean }>();
  const settling = new Map<string, symbol>();
  const joining = new Map<string, Promise<LiveItem | undefined>>();

  /** `isAwaited`: open pages wait for the change, if there is one. What a page asks for when it opens may have changed long ago. */
  const readAndSend = async (itemId: string, isAwaited: boolean): Promise<LiveItem | undefined> => {
    const found = await read(itemId);
    if (!found) return undefined;
    const { item, changedAt } = found;
    const known = newest.get(itemId);
    if (known && !isNewer(item, known)) return known;
    newest.set(itemId, item);
    const topic = topicOfItem(itemId);
    const viewers = channel.countOf(topic);
    const spreadMs = viewers * RENDER_MS;
    channel.publish(topic, { ...newsOf([item]), ...(spreadMs > READ_EVERY_MS && { spreadMs }) });
    if (isAwaited && known && viewers > 0) onSent(changedAt);
    return item;
  };

  const stateOf = (itemId: string): Promise<LiveItem | undefined> => readAndSend(itemId, true);

  /** Reads until the item was read after the last call of `touch`. */
  const follow = async (itemId: string, state: { again: boolean }): Promise<void> => {
    let failures = 0;
    do {
      state.again = false;
      failures = (await stateOf(itemId)) ? 0 : failures + 1;
      await pause(failures > 0 ? delayBefore(failures, BACK_OFF) : READ_EVERY_MS, ending);
    } while ((state.again || failures > 0) && channel.has(topicOfItem(itemId)) && !ending.aborted);
    reading.delete(itemId);
  };

  const start = async (itemId: string): Promise<void> => {
    const running = reading.get(itemId);
    if (running) {
      running.again = true;
      return;
    }
    const state = { again: false };
    reading.set(itemId, state);
    await follow(itemId, state);
  };

  const touch = async (itemId: string): Promise<void> => {
    const latest = Symbol(itemId);
    settling.set(itemId, latest);
    await start(itemId);
    await pause(READ_AGAIN_AFTER_MS, ending);
    if (settling.get(itemId) !== latest) return;
    settling.delete(itemId);
    if (channel.has(topicOfItem(itemId)) && !ending.aborted) await start(itemId);
  };

  return {
    touch(itemId) {
      if (channel.has(topicOfItem(itemId))) void touch(itemId);
      else newest.delete(itemId);
    },
    stateOf,
    stateForPage(itemId, atLeast) {
      const known = newest.get(itemId);
      if (hearsEvents() && known && !isNewer({ revision: atLeast }, known)) return Promise.resolve(known);
      const running = joining.get(itemId) ?? readAndSend(itemId, false).finally(() => joining.delete(itemId));
      joining.set(itemId, running);
      return running;
    },
    async readAll() {
      for (const itemId of newest.keys()) if (!channel.has(topicOfItem(itemId))) newest.delete(itemId);
      for (const itemId of channel.namesOf(ITEM)) {
        if (ending.aborted) return;
        await stateOf(itemId);
      }
    },
  };
}
