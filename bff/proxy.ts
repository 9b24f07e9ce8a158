import { createSecurityLog } from '@gavel/observability/security-log';
import { type NextRequest, NextResponse } from 'next/server';
import { bareContentPolicy } from './bare-content-policy.ts';
import { requestOrigin } from './client-address.ts';
import { isDevelopment, config as settings } from './config.ts';
import { contentSecurityPolicy, ownOrigin, strictTransport } from './server/security.ts';
import { renewedCookies } from './server/session/renew-session.ts';
import { isSecure } from './server/session/session.ts';
import { ENDED_HEADER, POSTED_HEADER } from './server/session/sign-in-path.ts';

const security = createSecurityLog();

/**
 * Runs before every page and server action. It refuses changing requests from other sites, renews the sign-in while
 * cookies can still be set, and sets the content security policy.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const origin = ownOrigin(request, settings().PUBLIC_ORIGIN);
  if (!origin.ok) {
    const { ipAddress } = requestOrigin(request.headers, settings().TRUSTED_PROXY_HOPS);
    security('origin_refused', { address: ipAddress || undefined, method: request.method, reason: '403' });
    const headers = { 'content-security-policy': bareContentPolicy };
    return new NextResponse('This form was sent from another website.', { status: 403, headers });
  }

  const secure = isSecure(settings(), request.headers);
  const { cookies, ended } = await renewedCookies(request, secure);
  for (const { name, value } of cookies) {
    if (value === '') request.cookies.delete(name);
    else request.cookies.set(name, value);
  }

  const nonce = crypto.randomUUID().replaceAll('-', '');
  const policy = contentSecurityPolicy({ nonce, secure, development: isDevelopment() });
  // This request also gets the renewed cookies, so its page is already rendered as signed in.
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  headers.delete(ENDED_HEADER);
  if (ended) headers.set(ENDED_HEADER, ended);
  headers.delete(POSTED_HEADER);
  if (request.method === 'POST') headers.set(POSTED_HEADER, '1');
  if (origin.host) headers.set('x-forwarded-host', origin.host);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  if (secure) response.headers.set('strict-transport-security', strictTransport);
  for (const cookie of cookies) response.cookies.set(cookie);
  return response;
}

export const config = {
  // Files, probes and live prices are excluded, because they do not use the session. What is no file below /pictures/ is answered
  // with a page, which needs its policy.
  matcher: [
    '/((?!_next/static|_next/image|pictures/(?:[^/]+/)?[^/]+\\.(?:svg|webp)$|healthz$|readyz$|metrics$|icon.svg$|favicon.ico$|live$|live/now$).*)',
  ],
};
