import { livePricesState } from '../../server/live/live-prices.ts';

export const dynamic = 'force-dynamic';

/**
 * Ready as soon as pages can be served. The services and the broker are not asked: when one of them is away, pages still
 * say so in a sentence, and taking this process out of service would only turn that into a blank error.
 */
export function GET(): Response {
  const report = { status: 'ok', checks: { 'live-prices': { ok: true, detail: livePricesState() } } };
  return Response.json(report, { headers: { 'cache-control': 'no-store' } });
}
