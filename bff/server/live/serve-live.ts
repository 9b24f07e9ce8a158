import 'server-only';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createLogger } from '@gavel/observability/logger';
import { livePrices } from './live-prices.ts';
import { answerLive, answerLiveNow } from './live-requests.ts';

const log = createLogger('bff');

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const answers: Readonly<Record<string, Answer>> = { '/live': answerLive, '/live/now': answerLiveNow };

/**
 * Answers the paths of live updates before Next sees them. A route of Next holds a web stream and the context of its request for
 * each open page, which cost 115 KiB; a response of Node costs a sixth of that. The first request of a server puts this in front of
 * its other listeners. Also opens the connection to the broker, so that it is open before the first page.
 */
export function serveLive(): void {
  livePrices();
  const served = new WeakSet<Server>();
  subscribe('http.server.request.start', (message) => {
    const { server } = message as { server: Server };
    if (served.has(server)) return;
    served.add(server);
    putInFront(server);
  });
}

function putInFront(server: Server): void {
  const others = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const answer = answers[request.url?.split('?', 1)[0] ?? ''];
    if (!answer) for (const other of others) other.call(server, request, response);
    else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
    else answer(request, response).catch((error: unknown) => fail(error, response));
  });
}

function fail(error: unknown, response: ServerResponse): void {
  log.error({ err: error }, 'live updates failed');
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}
