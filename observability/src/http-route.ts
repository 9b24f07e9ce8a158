import { AsyncLocalStorage } from 'node:async_hooks';
import type { RPCMetadata } from '@opentelemetry/core';

/** Not in the trace context, because Next replaces that with the one of the request's headers while it handles a request. */
const current = new AsyncLocalStorage<RPCMetadata>();

/** The http instrumentation calls this at the start of each request. `metadata` is what it reads when the answer ends. */
export function trackRoute(metadata: RPCMetadata): void {
  current.enterWith(metadata);
}

/**
 * Names the route of the request that is being handled, such as `/bids.v1.BidService/PlaceBid` or `/items/[id]`, never a text of the
 * caller. The server span is then called `POST <route>`, and span and metric have `http.route`. Does nothing outside of a traced request.
 */
export function nameRoute(route: string): void {
  const metadata = current.getStore();
  if (metadata) metadata.route = route;
}
