import { randomUUID } from 'node:crypto';
import { Code, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { UserStatsService } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { startService } from '@gavel/service-runtime/run-service';
import {
  startTokenIssuer,
  type TokenChanges,
  type TokenIssuer,
} from '@gavel/service-runtime/testing/token-issuer';
import { userStatsProcess } from '@gavel/user-stats-consumer/process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userStatsService } from './main.ts';

describe('UserStatsService', () => {
  let database: TestDatabase;
  let auth: TokenIssuer;
  let url: string;
  const stops: (() => Promise<void> | void)[] = [];

  const start = (databaseUrl: string): Promise<string> =>
    startService(
      userStatsService,
      {
        HOST: '127.0.0.1',
        PORT: 0,
        DATABASE_URL: databaseUrl,
        DATABASE_POOL: 2,
        AUTH_URL: auth.url,
        AUTH_ISSUER: 'http://auth.gavel',
        AUTH_AUDIENCE: 'gavel',
      },
      { onStop: (_, stop) => stops.unshift(stop) },
    );

  beforeAll(async () => {
    [database, auth] = await Promise.all([
      createTestDatabase(userStatsProcess.database.migrations),
      startTokenIssuer(),
    ]);
    url = await start(database.url);
  });

  afterAll(async () => {
    for (const stop of stops) await stop();
    await auth?.close();
    await database?.drop();
  });

  /** The response over plain HTTP, as text, so that generated code hides nothing of it. */
  const post = async (token?: string, base = url): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${base}/userstats.v1.UserStatsService/GetUserStats`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: '{}',
    });
    return { status: answer.status, text: await answer.text() };
  };

  const statsOf = async (userId?: string) => {
    const client = createClient(
      UserStatsService,
      createConnectTransport({ baseUrl: url, httpVersion: '1.1' }),
    );
    const headers: Record<string, string> = {};
    if (userId !== undefined) {
      headers.authorization = `Bearer ${await auth.tokenFor(userId)}`;
    }
    return (await client.getUserStats({}, { headers })).stats;
  };

  it('returns zeros for a user without bids', async () => {
    const userId = randomUUID();
    expect(await statsOf(userId)).toMatchObject({
      userId,
      totalBids: 0n,
      totalAmount: 0n,
      lastUpdatedAt: '',
    });
  });

  it('returns the totals of the projection, also beyond the precision of a double', async () => {
    const userId = randomUUID();
    await database.pool.query('INSERT INTO user_stats VALUES ($1, 3, 9007199254740993, $2)', [
      userId,
      '2026-03-04T05:06:07.089Z',
    ]);
    expect(await statsOf(userId)).toMatchObject({
      userId,
      totalBids: 3n,
      totalAmount: 9_007_199_254_740_993n,
      lastUpdatedAt: '2026-03-04T05:06:07.089Z',
    });
  });

  it('returns the totals of each currency by themselves, in the order of their codes', async () => {
    const userId = randomUUID();
    await database.pool.query('INSERT INTO user_stats VALUES ($1, 3, 9007199254740995, now())', [userId]);
    await database.pool.query(
      `INSERT INTO user_currency_totals VALUES ($1, 'USD', 1, 9007199254740993), ($1, 'JPY', 2, 2)`,
      [userId],
    );
    expect((await statsOf(userId))?.totals).toMatchObject([
      { currency: 'JPY', bids: 2n, amount: 2n },
      { currency: 'USD', bids: 1n, amount: 9_007_199_254_740_993n },
    ]);
  });

  it('needs an access token', async () => {
    await expect(statsOf()).rejects.toMatchObject({ code: Code.Unauthenticated });
  });

  it('answers in the JSON form of protobuf, with zeros included, and is ready', async () => {
    expect((await post()).status).toBe(401);
    const userId = randomUUID();
    const { text } = await post(await auth.tokenFor(userId));
    expect(JSON.parse(text)).toMatchObject({ stats: { userId, totalBids: '0' } });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('checks the issuer, the audience and the signature of an access token', async () => {
    const bad: TokenChanges[] = [
      { issuer: 'http://evil.example' },
      { audience: 'another system' },
      { foreign: true },
    ];
    for (const changes of bad) {
      const { status, text } = await post(await auth.tokenFor(randomUUID(), changes));
      expect(status).toBe(401);
      expect(text).toContain('UNAUTHENTICATED');
    }
  });

  it('answers an unexpected error with INTERNAL and without its text', async () => {
    await database.pool.query('ALTER TABLE user_stats RENAME TO hidden');
    try {
      const { status, text } = await post(await auth.tokenFor(randomUUID()));
      expect(status).toBe(500);
      expect(text).toContain('INTERNAL');
      expect(text).not.toMatch(/relation|user_stats|select|hidden/i);
    } finally {
      await database.pool.query('ALTER TABLE hidden RENAME TO user_stats');
    }
  });

  it('answers UNAVAILABLE while the database is unavailable, and /readyz gives no details', async () => {
    const unavailable = await start('postgresql://reader@127.0.0.1:1/gavel_stats');
    const { status, text } = await post(await auth.tokenFor(randomUUID()), unavailable);
    expect(status).toBe(503);
    expect(text).toContain('"reason":"UNAVAILABLE"');
    expect(text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
    const ready = await fetch(`${unavailable}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      status: 'unavailable',
      checks: { database: { ok: false, problem: 'cannot be reached' } },
    });
  });
});
