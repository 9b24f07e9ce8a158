import 'server-only';

const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a changing request that another site sent; otherwise returns the host it was sent from. Next also compares
 * Origin and Host for server actions, but it accepts a request without Origin and fails on a malformed one. Every browser
 * that can use this site sends Origin with a POST.
 */
export function ownOrigin(
  request: { method: string; headers: Pick<Headers, 'get'> },
  publicOrigin: string | undefined,
): { ok: true; host?: string } | { ok: false } {
  if (readingMethods.has(request.method)) return { ok: true };
  const origin = URL.parse(request.headers.get('origin') ?? '');
  if (origin === null || !/^https?:$/.test(origin.protocol)) return { ok: false };
  const own =
    publicOrigin === undefined ? origin.host === request.headers.get('host') : origin.origin === publicOrigin;
  return own ? { ok: true, host: origin.host } : { ok: false };
}

/**
 * What a page may load and do. Scripts need the nonce of this response. Pictures may come from any https site, because
 * sellers give their addresses. No site may show this one in a frame.
 */
export function contentSecurityPolicy(options: {
  nonce: string;
  secure: boolean;
  development: boolean;
}): string {
  const scripts = `'self' 'nonce-${options.nonce}' 'strict-dynamic'`;
  return [
    `default-src 'self'`,
    `script-src ${scripts}${options.development ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${options.development ? "'unsafe-inline'" : `'nonce-${options.nonce}'`}`,
    `img-src 'self' data: https:`,
    `connect-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
    ...(options.secure ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
}

/** Sent on https only. Two years: browsers' preload lists require at least one. */
export const strictTransport = 'max-age=63072000; includeSubDomains';
