const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The host that a changing request came from when it is this site's own, or undefined when the request must be refused.
 * Next compares Origin and Host for server actions too, but lets a request without Origin pass and fails on a malformed
 * one; every browser that runs this site sends Origin with a POST.
 */
export function ownOrigin(
  request: { method: string; headers: Pick<Headers, 'get'> },
  publicOrigin: string | undefined,
): { ok: true; host?: string } | { ok: false } {
  if (safe.has(request.method)) return { ok: true };
  const origin = URL.parse(request.headers.get('origin') ?? '');
  if (origin === null || !/^https?:$/.test(origin.protocol)) return { ok: false };
  const own = origin.origin === publicOrigin || origin.host === request.headers.get('host');
  return own ? { ok: true, host: origin.host } : { ok: false };
}
