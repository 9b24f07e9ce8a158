import { gzipSync } from 'node:zlib';
import { ScalarType } from '@bufbuild/protobuf';
import { Code, ConnectError, type ConnectRouter, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterChange } from '@gavel/postgres/transaction';
import { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { BidService, LeaderboardService, PictureService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { NotificationService } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { SellerStatsService } from '@gavel/proto/gen/sellerstats/v1/seller_stats_pb';
import { UserStatsService } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { afterEach, describe, expect, it } from 'vitest';
import { optionalCaller, requireCaller } from './caller.ts';
import { connectError, unwrap } from './failure.ts';
import { createHealth } from './health.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { serviceInterceptors } from './interceptors.ts';

let server: HttpServer | undefined;
afterEach(() => server?.close());

/** An error as Node reports for a broken connection. */
class DatabaseUnavailable extends Error {
  readonly code = 'ECONNRESET';
}

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
  it('identifies its caller, and rejects a missing and an invalid token with the same reason', async () => {
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
      stats: {
        userId: 'u1',
        totalBids: '1152921504606846976',
        totalAmount: '0',
        lastUpdatedAt: '',
        totals: [],
      },
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

  it('answers violated field rules with INVALID_FIELD and the names of the fields', async () => {
    const base = await serve((router) => router.service(BidService, {}));
    const response = await post(base, 'bids.v1.BidService/PlaceBid', { itemId: '', amount: '-5' });
    expect(response.status).toBe(400);
    const body = (await response.json()) as { details: { debug: { reason: string; metadata: object } }[] };
    expect(body.details[0]?.debug.reason).toBe('INVALID_FIELD');
    expect(Object.keys(body.details[0]?.debug.metadata ?? {}).sort()).toEqual(['amount', 'item_id']);
  });

  it('hides unexpected errors from the caller', async () => {
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

  it('answers that nothing was changed when the database cannot be reached or the connection breaks before COMMIT', async () => {
    const base = await serve((router) =>
      router.service(BidService, {
        placeBid: () => {
          throw new DatabaseUnavailable('connection to 10.0.0.7 terminated');
        },
      }),
    );
    const response = await post(base, 'bids.v1.BidService/PlaceBid', { itemId: 'x', amount: '5' });
    expect(response.status).toBe(503);
    const body = (await response.json()) as { message: string };
    expect(body).toMatchObject({
      details: [{ debug: { reason: 'UNAVAILABLE' } }],
    });
    expect(body.message).toContain('nothing was changed');
    expect(JSON.stringify(body)).not.toContain('unknown');
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
  });

  it('answers that the outcome is unknown when the database fails after the change', async () => {
    const base = await serve((router) =>
      router.service(BidService, {
        placeBid: () => afterChange(() => Promise.reject(new DatabaseUnavailable('terminated'))),
      }),
    );
    const response = await post(base, 'bids.v1.BidService/PlaceBid', { itemId: 'x', amount: '5' });
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining('not known whether this request took effect'),
      details: [{ debug: { reason: 'UNAVAILABLE', metadata: { outcome: 'unknown' } } }],
    });
  });

  it('gives a reason when Connect cannot read a request: no JSON, another shape', async () => {
    const base = await serve((router) => router.service(BidService, {}));
    const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
      fetch(`${base}/bids.v1.BidService/PlaceBid`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
    const refused = [
      send('{"itemId": '),
      send('{"itemId": 7}'),
      send('{"amount": "a lot"}'),
      ...['"0x10"', '" 5"', '"5 "', '"+5"', '"0b1"', '""', '"5\\n"', '"1e3"', '9007199254740993'].map(
        (amount) => send(`{"itemId": "x", "amount": ${amount}}`),
      ),
      send('{"itemId": "x", "amount": "5", "max_amount": "0x10"}'),
      send(`{"${'x'.repeat(5_000)}": 1, "itemId": 7}`),
      send(Buffer.from([0xff]), { 'content-type': 'application/proto' }),
      send('{}', { 'connect-timeout-ms': 'soon' }),
    ];
    for (const response of await Promise.all(refused)) {
      const answer = await response.json();
      expect(response.status, JSON.stringify(answer)).toBe(400);
      expect(answer).toMatchObject({
        code: 'invalid_argument',
        message: expect.stringMatching(/./),
        details: [{ type: 'google.rpc.ErrorInfo', debug: { reason: 'MALFORMED_REQUEST', domain: 'gavel' } }],
      });
    }
    const media = await send('<bid/>', { 'content-type': 'text/xml' });
    expect(media.status).toBe(415);
    expect(await media.text()).toContain('MALFORMED_REQUEST');
  });

  it('refuses integers that are not in decimal digits, in every field of every method', async () => {
    const called: string[] = [];
    const services = [
      BidService,
      LeaderboardService,
      PictureService,
      AuthService,
      NotificationService,
      UserStatsService,
      SellerStatsService,
    ];
    const base = await serve((router) => {
      for (const service of services) router.service(service, {});
    });
    for (const method of services.flatMap((service) => service.methods)) {
      for (const field of method.input.fields.filter(({ scalar }) => scalar !== undefined)) {
        if (field.scalar !== ScalarType.INT64 && field.scalar !== ScalarType.INT32) continue;
        const path = `${method.parent.typeName}/${method.name}`;
        for (const name of new Set([field.jsonName, field.name])) {
          for (const value of ['0x10', ' 5', '5\n', '+5', '', '1e2']) {
            const answer = await (await post(base, path, { [name]: value })).text();
            expect(answer, `${path} ${name} ${JSON.stringify(value)}`).toContain('MALFORMED_REQUEST');
          }
          for (const value of ['5', 5, 0, '0', null]) {
            const answer = await (await post(base, path, { [name]: value })).text();
            expect(answer, `${path} ${name} ${JSON.stringify(value)}`).not.toContain('MALFORMED_REQUEST');
          }
          called.push(`${method.name}.${field.name}`);
        }
      }
    }
    expect(called).toEqual(
      expect.arrayContaining([
        'PlaceBid.amount',
        'PlaceBid.max_amount',
        'CreateItem.start_price',
        'ListItems.page_size',
      ]),
    );
  });

  it('refuses such an integer in a compressed request too', async () => {
    const base = await serve((router) => router.service(BidService, {}));
    const response = await fetch(`${base}/bids.v1.BidService/PlaceBid`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync('{"itemId": "x", "amount": "0x10"}'),
    });
    expect(await response.text()).toContain('MALFORMED_REQUEST');
  });

  it('lets generated clients read the reason of a malformed request', async () => {
    const base = await serve((router) => router.service(BidService, {}));
    const client = createClient(BidService, createConnectTransport({ baseUrl: base, httpVersion: '1.1' }));
    const error = ConnectError.from(
      await client.placeBid({ itemId: 'x'.repeat(300_000), amount: 5n }).catch((cause: unknown) => cause),
    );
    expect(error.code).toBe(Code.InvalidArgument);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: 'MALFORMED_REQUEST' }]);
  });

  it('serves public methods while tokens cannot be verified, and answers UNAVAILABLE where a caller is needed', async () => {
    const unavailable = async () => {
      throw connectError('UNAVAILABLE', 'no keys');
    };
    server = await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      health: createHealth(),
      interceptors: serviceInterceptors(unavailable),
      routes: (router) =>
        router
          .service(BidService, {
            getItem: (_, context) => ({ item: { id: optionalCaller(context)?.userId ?? '' } }),
          })
          .service(UserStatsService, {
            getUserStats: (_, context) => ({ stats: { userId: requireCaller(context).userId } }),
          }),
    });
    const base = `http://127.0.0.1:${server.port}`;
    expect((await post(base, 'bids.v1.BidService/GetItem', { id: 'x' }, 'some')).status).toBe(200);
    const refused = await post(base, 'userstats.v1.UserStatsService/GetUserStats', {}, 'some');
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('UNAVAILABLE');
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
  it('is ready only while all checks succeed, and names the failing ones without their errors', async () => {
    const health = createHealth();
    let up = true;
    health.check('database', () => {
      if (!up) throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
    });
    health.check('role', () => {
      if (!up) throw new Error('password authentication failed for user "bids_owner"');
    });
    server = await startHttpServer({ host: '127.0.0.1', port: 0, health });
    const base = `http://127.0.0.1:${server.port}`;
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    up = false;
    const response = await fetch(`${base}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'unavailable',
      checks: {
        database: { ok: false, problem: 'cannot be reached' },
        role: { ok: false, problem: 'fails' },
      },
    });
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });
});
