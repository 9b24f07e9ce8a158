import { livePricesState } from '../../server/live/live-prices.ts';

export const dynamic = 'force-dynamic';

/**
 * Ready as soon as pages can be served. Services and broker are not checked: while one of them is unavailable, the pages
 * say so in a sentence. If this process were taken out of service, people would only see an error of the load balancer.
 */
export function GET(): Response {
  const report = { status: 'ok', checks: { 'live-prices': { ok: true, detail: livePricesState() } } };
  return Response.json(report, { headers: { 'cache-control': 'no-store' } });
}
