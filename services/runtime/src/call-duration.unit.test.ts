import { installMetricReader } from '@gavel/observability/testing/metric-reader';
import { BidService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHealth } from './health.ts';
import type { HttpServer } from './http-server.ts';

// Before any instrument is created.
const metrics = installMetricReader();
const { connectError } = await import('./failure.ts');
const { startHttpServer } = await import('./http-server.ts');
const { serviceInterceptors } = await import('./interceptors.ts');

const GET = 'bids.v1.BidService/GetItem';
const PLACE = 'bids.v1.BidService/PlaceBid';
let server: HttpServer;
let answer: () => object = () => ({});

beforeAll(async () => {
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    health: createHealth(),
    routes: (router) => router.service(BidService, { getItem: () => answer() }),
    interceptors: serviceInterceptors(async () => undefined),
  });
});
afterAll(async () => {
  await server.close();
  await metrics.close();
});

async function post(method: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${server.port}/${method}`, {
    method: 'POST',
    headers,
    body,
  });
  await response.text();
}

it('the duration of every call is exported by method and code, also of calls that cannot be read', async () => {
  const item = JSON.stringify({ id: '01900000-0000-7000-8000-000000000002' });
  await post(GET, item);
  await post(GET, item);
  answer = () => {
    throw connectError('ITEM_NOT_FOUND', 'no such item');
  };
  await post(GET, item);
  answer = () => {
    throw new Error('unexpected');
  };
  await post(GET, item);
  await post(PLACE, '{}');
  await post(PLACE, 'no JSON');
  await post('bids.v1.BidService/NoSuchMethod', '{}');

  const found = (await metrics.read()).get('rpc.server.call.duration');
  expect(found?.unit).toBe('s');
  const call = (method: string, code: string, errorType: string | undefined, count: number) => ({
    attributes: {
      'rpc.system.name': 'connectrpc',
      'rpc.method': method,
      'rpc.response.status_code': code,
      ...(errorType !== undefined && { 'error.type': errorType }),
    },
    value: expect.objectContaining({ count, sum: expect.any(Number) }),
  });
  expect(found?.points).toEqual([
    call(GET, 'ok', undefined, 2),
    call(GET, 'not_found', 'ITEM_NOT_FOUND', 1),
    call(GET, 'internal', 'INTERNAL', 1),
    call(PLACE, 'invalid_argument', 'INVALID_FIELD', 1),
    call(PLACE, 'invalid_argument', 'MALFORMED_REQUEST', 1),
  ]);
});
