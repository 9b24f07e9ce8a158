import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Carries the socket's own address to code that only sees headers. Overwritten on every request, so nobody can send it. */
const PEER_HEADER = 'x-gavel-peer';
const MAX_USER_AGENT = 1024;

/**
 * Marks every request that this process receives with its socket's address. Next hands no socket to pages and keeps an
 * X-Forwarded-For that the browser made up, so the address has to be noted before Next sees the request.
 */
export function markPeers(): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? '';
  });
}

/** Who sent a request, as far as this site can know. Empty texts stand for unknown. */
export interface RequestOrigin {
  ipAddress: string;
  userAgent: string;
}

/**
 * The browser's address and User-Agent. With `hops` trusted proxies in front, the address is the one that the outermost of
 * them appended to X-Forwarded-For, counted from the right: what stands further left is whatever the browser claimed.
 */
export function requestOrigin(headers: Pick<Headers, 'get'>, hops: number): RequestOrigin {
  const claimed = (headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim());
  const address = hops > 0 ? (claimed.at(-hops) ?? '') : (headers.get(PEER_HEADER) ?? '');
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return {
    ipAddress: isIP(plain) ? plain : '',
    userAgent: (headers.get('user-agent') ?? '').slice(0, MAX_USER_AGENT),
  };
}
