import { Code, type ConnectRouter } from '@connectrpc/connect';
import { BidService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { UserStatsService } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { afterEach, describe, expect, it } from 'vitest';
import { requireCaller } from './caller.ts';
import { unwrap } from './failure.ts';
import { createHealth } from './health.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { serviceInterceptors } from './interceptors.ts';

let server: HttpServer | undefined;
afterEach(() => server?.close());

async function serve(routes: (router: ConnectRouter) => void): Promise<string> {
  const verify = async (token: string) => (token === 'good' ? { userId: 'u1', jti: 'j1' } : undefined);
  const interceptors = serviceInterceptors(verify);
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    health: createHealth(),
    routes,
    interceptors,
  });
  return `http://127.0.0.1:${server.port}`;
}

function post(base: string, method: string, body: unknown, token?: string): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  return fetch(`${base}/${method}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('a served method', () => {
  it('knows its caller, and refuses a missing and a bad token with the same reason', async () => {
    const base = await serve((router) =>
      router.service(UserStatsService, {
        getUserStats: (_, context) => ({
          stats: { userId: requireCaller(context).userId, totalBids: 2n ** 60n },
        }),
      }),
    );
    const method = 'userstats.v1.UserStatsService/GetUserStats';
    const good = await post(base, method, {}, 'good');
    expect(await good.json()).toEqual({
      stats: { userId: 'u1', totalBids: '1152921504606846976', totalAmount: '0', lastUpdatedAt: '' },
    });
    for (const token of [undefined, 'bad']) {
      const refused = await post(base, method, {}, token);
      expect(refused.status).toBe(401);
      expect(await refused.json()).toMatchObject({
        code: 'unauthenticated',
        details: [{ type: 'google.rpc.ErrorInfo', debug: { reason: 'UNAUTHENTICATED', domain: 'gavel' } }],
      });
    }
  });

  it('answers a broken field rule with INVALID_FIELD and the names of the fields', async () => {
    const base = await serve((router) => router.service(BidService, {}));
    const response = await post(base, 'bids.v1.BidService/PlaceBid', { itemId: '', amount: '-5' });
    expect(response.status).toBe(400);
    const body = (await response.json()) as { details: { debug: { reason: string; metadata: object } }[] };
    expect(body.details[0]?.debug.reason).toBe('INVALID_FIELD');
    expect(Object.keys(body.details[0]?.debug.metadata ?? {}).sort()).toEqual(['amount', 'item_id']);
  });

  it('never lets an unexpected error reach the caller', async () => {
    const base = await serve((router) =>
      router.service(BidService, {
        getItem: () => {
          throw new Error('relation "items" does not exist');
        },
      }),
    );
    const response = await post(base, 'bids.v1.BidService/GetItem', { id: 'x' });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('INTERNAL');
    expect(text).not.toContain('relation');
  });

  it('answers an expected failure with its reason and metadata', async () => {
    const base = await serve((router) =>
      router.service(BidService, {
        placeBid: () =>
          unwrap({
            ok: false,
            reason: 'BID_TOO_LOW',
            message: 'too low',
            metadata: { minimum_next_bid: '105' },
          }),
      }),
    );
    const response = await post(base, 'bids.v1.BidService/PlaceBid', { itemId: 'x', amount: '5' });
    expect(await response.json()).toMatchObject({
      code: 'failed_precondition',
      details: [{ debug: { reason: 'BID_TOO_LOW', metadata: { minimum_next_bid: '105' } } }],
    });
    expect(Code.FailedPrecondition).toBe(9);
  });
});

describe('health', () => {
  it('is ready only while every check holds, and says which one does not', async () => {
    const health = createHealth();
    let up = true;
    health.check('database', () => {
      if (!up) throw new Error('no connection');
    });
    server = await startHttpServer({ host: '127.0.0.1', port: 0, health });
    const base = `http://127.0.0.1:${server.port}`;
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    up = false;
    const response = await fetch(`${base}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      checks: { database: { ok: false, problem: 'no connection' } },
    });
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });
});
