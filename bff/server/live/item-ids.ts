import 'server-only';
import { MOST_LIVE_ITEMS } from '../../model/live-news.ts';

/** The different item ids in a request's `items` parameter, separated by commas. Ids beyond the limit are left out. */
export function readItemIds(request: Request): string[] {
  const text = new URL(request.url).searchParams.get('items') ?? '';
  const ids = text.split(',').filter((id) => /^[\w-]{1,64}$/.test(id));
  return [...new Set(ids)].slice(0, MOST_LIVE_ITEMS);
}
