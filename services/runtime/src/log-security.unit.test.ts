import { BidService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { expect, it } from 'vitest';
import { createAddressResolver } from './client-address.ts';
import { connectError } from './failure.ts';
import { createHealth } from './health.ts';
import { startHttpServer } from './http-server.ts';
import { serviceInterceptors } from './interceptors.ts';

const refusals = {
  cancelItem: connectError('NOT_ITEM_OWNER', 'not yours'),
  placeBid: connectError('RATE_LIMITED', 'too many', { retry_after_seconds: '5' }),
  buyNow: connectError('UNAUTHENTICATED', 'invalid'),
  watchItem: connectError('WATCH_LIST_FULL', 'full'),
  getItem: connectError('ITEM_NOT_FOUND', 'none'),
};

const bodies: Readonly<Record<keyof typeof refusals, object>> = {
  cancelItem: { id: 'x' },
  placeBid: { itemId: 'x', amount: '5' },
  buyNow: { itemId: 'x' },
  watchItem: { itemId: 'x' },
  getItem: { id: 'x' },
};

/** The lines for one call of a method that answers with its refusal. */
async function linesFor(method: keyof typeof refusals, token: string): Promise<unknown[]> {
  const lines: unknown[] = [];
  const fail = (name: keyof typeof refusals) => () => {
    throw refusals[name];
  };
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    health: createHealth(),
    routes: (router) =>
      router.service(BidService, {
        cancelItem: fail('cancelItem'),
        placeBid: fail('placeBid'),
        buyNow: fail('buyNow'),
        watchItem: fail('watchItem'),
        getItem: fail('getItem'),
      }),
    interceptors: serviceInterceptors(
      async (given) => (given === 'good' ? { userId: 'u1', jti: 'j1' } : undefined),
      {
        log: (event, note) => lines.push({ event, ...note }),
        resolveAddress: createAddressResolver(['127.0.0.0/8']),
        methods: {},
      },
    ),
  });
  const name = method.charAt(0).toUpperCase() + method.slice(1);
  await fetch(`http://127.0.0.1:${server.port}/bids.v1.BidService/${name}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'x-forwarded-for': '192.0.2.1',
    },
    body: JSON.stringify(bodies[method]),
  });
  await server.close();
  return lines;
}

it.each([
  ['cancelItem', 'good', 'access_denied', 'NOT_ITEM_OWNER'],
  ['placeBid', 'good', 'limit_hit', 'RATE_LIMITED'],
  ['buyNow', 'bad', 'token_refused', 'UNAUTHENTICATED'],
] as const)(
  'a refusal is one line with user and address: %s with a %s token is %s',
  async (method, token, event, reason) => {
    const name = method.charAt(0).toUpperCase() + method.slice(1);
    expect(await linesFor(method, token)).toEqual([
      {
        event,
        userId: token === 'good' ? 'u1' : undefined,
        address: '192.0.2.1',
        method: `bids.v1.BidService/${name}`,
        reason,
      },
    ]);
  },
);

it.each(['watchItem', 'getItem'] as const)('an ordinary refusal is no line: %s', async (method) => {
  expect(await linesFor(method, 'good')).toEqual([]);
});
