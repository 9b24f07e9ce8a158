import { type EventStream, openEventStream } from '../../../../server/live/event-stream.ts';
import { currentPrice, livePrices } from '../../../../server/live/live-prices.ts';

export const dynamic = 'force-dynamic';

/** Server-sent events of one item: the price of now, then every new one. 503 when there are too many open pages. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const { id } = await params;
  const { pages, ending } = livePrices();
  // Joined first: a stream whose reader has gone already ends while it opens, and then there must be a page to take away.
  let stream: EventStream | undefined;
  const leave = pages.join(id, (message) => stream?.send(message));
  if (!leave) return new Response('Too many open pages.', { status: 503, headers: { 'retry-after': '30' } });
  stream = openEventStream([request.signal, ending], leave);
  if (request.signal.aborted) return stream.response;
  // Joined before it is read, so that no bid falls between the two.
  const update = await currentPrice(id);
  if (update) stream.send({ kind: 'price', update });
  return stream.response;
}
