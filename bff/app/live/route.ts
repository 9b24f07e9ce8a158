import { type EventStream, openEventStream } from '../../server/live/event-stream.ts';
import { readItemIds } from '../../server/live/item-ids.ts';
import { livePrices, newsOf, statesOf } from '../../server/live/live-prices.ts';

export const dynamic = 'force-dynamic';

/**
 * Server-sent events of the items of one page: their states, then every new one. 503 when there are too many open pages;
 * such a page asks `/live/now` instead.
 */
export async function GET(request: Request): Promise<Response> {
  const itemIds = readItemIds(request);
  const { pages, ending } = livePrices();
  // The page joins before its stream opens: if the reader is already gone, the stream ends at once and must remove it.
  let stream: EventStream | undefined;
  const leave = pages.join(itemIds, (item) => stream?.send(newsOf([item])));
  if (!leave) return new Response('Too many open pages.', { status: 503, headers: { 'retry-after': '30' } });
  stream = openEventStream({ signals: [request.signal, ending], heartbeat: newsOf, onEnd: leave });
  if (request.signal.aborted) return stream.response;
  // The states are read after the page has joined, so that no change between the two is missed. The response does not wait.
  void statesOf(itemIds).then((items) => stream?.send(newsOf(items)));
  return stream.response;
}
