import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

// Holds the address of the socket. It is overwritten on every request, so clients cannot forge it.
const PEER_HEADER = 'x-gavel-peer';
const MAX_USER_AGENT = 1024;

/**
 * Writes the socket's address into a header of every request that this process receives. Next does not give pages the
 * socket, and it keeps an X-Forwarded-For that the browser invented, so the address has to be stored before Next sees the
 * request.
 */
export function storePeerAddresses(): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? '';
  });
}

/**
 * Whether a proxy forwarded the request. Next itself adds an X-Forwarded-For with the socket's address when there is none, so
 * any other value was written by a proxy, or by a client.
 */
export function cameThroughProxy(headers: Pick<Headers, 'get'>): boolean {
  const forwardedFor = headers.get('x-forwarded-for');
  return (
    headers.get('forwarded') !== null || (forwardedFor !== null && forwardedFor !== headers.get(PEER_HEADER))
  );
}

/** The sender of a request, if this site can know it. An empty text means unknown. */
export interface RequestOrigin {
  ipAddress: string;
  userAgent: string;
}

/**
 * The browser's address and User-Agent. With `hops` trusted proxies in front, the address is the one that the outermost
 * proxy appended to X-Forwarded-For, counted from the right. Entries further left come from the browser and cannot be
 * trusted.
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
