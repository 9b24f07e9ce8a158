import { type EventStream, openEventStream } from '../../../../server/live/event-stream.ts';
import { currentPrice, livePrices } from '../../../../server/live/live-prices.ts';

export const dynamic = 'force-dynamic';

/** Server-sent events of one item: the current price, then every new one. 503 when there are too many open pages. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const { id } = await params;
  const { pages, ending } = livePrices();
  // The page joins before its stream opens: if the reader is already gone, the stream ends at once and must remove it.
  let stream: EventStream | undefined;
  const leave = pages.join(id, (message) => stream?.send(message));
  if (!leave) return new Response('Too many open pages.', { status: 503, headers: { 'retry-after': '30' } });
  stream = openEventStream([request.signal, ending], leave);
  if (request.signal.aborted) return stream.response;
  // The price is read after the page has joined, so that no bid between the two is missed.
  const update = await currentPrice(id);
  if (update) stream.send({ kind: 'price', update });
  return stream.response;
}
