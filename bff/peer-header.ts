import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/** The header that holds the address of the socket. It is overwritten on every request, so clients cannot forge it. */
export const PEER_HEADER = 'x-gavel-peer';

/**
 * Writes the socket's address into a header of every request that this process receives. Next gives pages no socket, and
 * it keeps an X-Forwarded-For that the browser invented, so the address has to be stored before Next sees the request.
 */
export function markPeers(): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? '';
  });
}
