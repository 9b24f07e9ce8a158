export const dynamic = 'force-dynamic';

/** Answers as long as the process serves requests at all. */
export function GET(): Response {
  return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } });
}
