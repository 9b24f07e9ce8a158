import { METRICS_MEDIA_TYPE, readMetricsPage } from '@gavel/observability/metrics-page';
import { cameThroughProxy } from '../../client-address.ts';

export const dynamic = 'force-dynamic';

/** The metrics of this process for Prometheus, which asks it directly. Visitors, who come through a proxy, do not see them. */
export async function GET(request: Request): Promise<Response> {
  const page = cameThroughProxy(request.headers) ? undefined : await readMetricsPage();
  if (page === undefined) return new Response(null, { status: 404 });
  return new Response(page, { headers: { 'content-type': METRICS_MEDIA_TYPE, 'cache-control': 'no-store' } });
}
