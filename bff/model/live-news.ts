/** The public state of an auction, as open pages get it. Amounts are minor units as decimal text, because JSON numbers lose digits. */
export interface LiveItem {
  id: string;
  /** Decimal text of a number that grows with every change that everybody may see. */
  revision: string;
  status: 'scheduled' | 'active' | 'ended' | 'cancelled';
  /** ISO 8601, UTC. */
  startsAt: string;
  endAt: string;
  currentHighestBid: string;
  minimumNextBid: string;
  bidCount: number;
}

/** What a person alone is told. */
export interface PersonalNews {
  /** The number of unread notifications, in decimal. */
  unread?: string;
  /** An item of which the person's own part has changed, by an act in another page that nobody else may see. */
  mine?: string;
}

/** One message of the live stream, and the answer to a page that asks instead. */
export interface LiveNews extends PersonalNews {
  /** The server's clock in milliseconds since 1970, for the countdowns. */
  now: number;
  /** False while the server itself gets no events: the page must ask for changes. */
  live: boolean;
  items: LiveItem[];
  /** How many milliseconds the pages of these items should take to render again, because there are many. */
  spreadMs?: number;
  /** Present when messages were missed that are no longer kept: the page must be rendered again. */
  refresh?: true;
}

/** The most items of one page. A list shows 12, so the limit only stops addresses that no page of this site opens. */
export const MOST_LIVE_ITEMS = 40;

/** True when `a` is a later state of the item than `b`. */
export function isNewer(a: Pick<LiveItem, 'revision'>, b: Pick<LiveItem, 'revision'>): boolean {
  return BigInt(a.revision) > BigInt(b.revision);
}

/** Reads a message; undefined when it is anything else. Items that cannot be read are left out. */
export function readLiveNews(data: unknown): LiveNews | undefined {
  if (typeof data !== 'string' || !data.startsWith('{')) return undefined;
  const { now, live, items, unread, mine, refresh, spreadMs } = JSON.parse(data) as Record<string, unknown>;
  if (typeof now !== 'number' || typeof live !== 'boolean' || !Array.isArray(items)) return undefined;
  return {
    now,
    live,
    items: items.filter(isLiveItem),
    ...(isNumber(unread) && { unread }),
    ...(typeof mine === 'string' && { mine }),
    ...(typeof spreadMs === 'number' && { spreadMs }),
    ...(refresh === true && { refresh }),
  };
}

function isNumber(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}

function isLiveItem(value: unknown): value is LiveItem {
  if (typeof value !== 'object' || value === null) return false;
  const item = value as Record<string, unknown>;
  const numbers = [item.revision, item.currentHighestBid, item.minimumNextBid];
  const texts = [item.id, item.status, item.startsAt, item.endAt];
  return (
    numbers.every(isNumber) &&
    texts.every((text) => typeof text === 'string') &&
    Number.isSafeInteger(item.bidCount)
  );
}
