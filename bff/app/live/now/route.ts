import { readItemIds } from '../../../server/live/item-ids.ts';
import { newsOf, statesOf } from '../../../server/live/live-prices.ts';

export const dynamic = 'force-dynamic';

/** The states of the items of one page, for a page that gets no stream. 503 when none of them can be read now. */
export async function GET(request: Request): Promise<Response> {
  const itemIds = readItemIds(request);
  const items = await statesOf(itemIds);
  const status = items.length === 0 && itemIds.length > 0 ? 503 : 200;
  return Response.json(newsOf(items), { status, headers: { 'cache-control': 'no-store' } });
}
