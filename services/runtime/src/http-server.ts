import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectRouter, Interceptor } from '@connectrpc/connect';
import { nameRoute } from '@gavel/observability/http-route';
import { createLogger } from '@gavel/observability/logger';
import { METRICS_MEDIA_TYPE, readMetricsPage } from '@gavel/observability/metrics-page';
import type { Health } from './health.ts';
import type { Uploads } from './request-bodies.ts';
import { createRpcHandler } from './rpc-handler.ts';

const log = createLogger('http');

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HttpServerOptions {
  /** 127.0.0.1, or another address if other machines call this process. */
  host: string;
  /** 0 selects a free port. */
  port: number;
  health: Health;
  routes?: (router: ConnectRouter) => void;
  interceptors?: Interceptor[];
  /** Further GET handlers by exact path, for example `/.well-known/jwks.json`. A key that ends with `/` matches all paths below it. */
  handlers?: Record<string, Handler>;
  /** Methods with large requests. */
  uploads?: Uploads;
}

export interface HttpServer {
  port: number;
  /** Accepts no new request, waits for running ones (at most 5 s), then closes. */
  close(): Promise<void>;
}

const DRAIN_MS = 5_000;

/** Serves health, `/metrics` for Prometheus, the GET handlers, and Connect, gRPC-web and gRPC methods over HTTP/1.1 on one port. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const rpc = createRpcHandler({
    routes: options.routes ?? (() => undefined),
    interceptors: options.interceptors ?? [],
    uploads: options.uploads ?? { verify: async () => undefined, methods: {} },
  });
  const handlers: Record<string, Handler> = {
    '/healthz': (_, response) => sendJson(response, 200, { status: 'ok' }),
    '/readyz': async (_, response) => {
      const report = await options.health.report();
      sendJson(response, report.status === 'ok' ? 200 : 503, report);
    },
    '/metrics': (_, response) => sendMetrics(response),
    ...options.handlers,
  };
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '/';
    const route = request.method === 'GET' ? findRoute(handlers, path) : undefined;
    const handler = route === undefined ? undefined : handlers[route];
    if (route === undefined || !handler) return rpc(request, response);
    nameRoute(route);
    void answer(handler, request, response);
  });
  // Longer than callers' pools keep an idle connection, so that this side never closes one that a caller is about to use.
  server.keepAliveTimeout = 65_000;
  await listenOn(server, options.host, options.port);
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function findRoute(handlers: Record<string, Handler>, path: string): string | undefined {
  if (Object.hasOwn(handlers, path)) return path;
  return Object.keys(handlers).find((key) => key.endsWith('/') && path.startsWith(key));
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await handler(request, response);
  } catch (error) {
    log.error({ err: error, path: request.url }, 'request failed');
    if (!response.headersSent) sendJson(response, 500, { status: 'error' });
    else response.destroy();
  }
}

/** Answers 404 in a process that was started without telemetry, such as a test. */
async function sendMetrics(response: ServerResponse): Promise<void> {
  const page = await readMetricsPage();
  if (page === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-type': METRICS_MEDIA_TYPE, 'cache-control': 'no-store' }).end(page);
}

/** Answers with JSON. A bigint is written as a string, as in protobuf's JSON form. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(timer);
}
