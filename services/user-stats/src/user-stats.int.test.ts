import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Code, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { UserStatsService } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUserStats } from './main.ts';

// The projection's table belongs to its writer, which this service knows by its table only.
const table = {
  name: 'user-stats',
  directory: new URL('../../../consumers/user-stats/migrations/', import.meta.url),
};

describe('UserStatsService', () => {
  let database: TestDatabase;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let jwks: Server;
  let url: string;
  const stops: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    [database, keys] = await Promise.all([createTestDatabase([table]), generateKeyPair('EdDSA')]);
    const key = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'EdDSA' };
    jwks = createServer((_, response) => response.end(JSON.stringify({ keys: [key] })));
    await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
    url = await startUserStats(
      {
        HOST: '127.0.0.1',
        PORT: 0,
        DATABASE_URL: database.url,
        DATABASE_POOL: 2,
        AUTH_URL: `http://127.0.0.1:${(jwks.address() as AddressInfo).port}`,
        AUTH_ISSUER: 'http://auth.gavel',
        AUTH_AUDIENCE: 'gavel',
      },
      { onStop: (_, stop) => stops.unshift(stop) },
    );
  });

  afterAll(async () => {
    for (const stop of stops) await stop();
    jwks?.close();
    await database?.drop();
  });

  const statsOf = async (userId?: string) => {
    const client = createClient(
      UserStatsService,
      createConnectTransport({ baseUrl: url, httpVersion: '1.1' }),
    );
    const headers: Record<string, string> = {};
    if (userId !== undefined) {
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'EdDSA', kid: 'one' })
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuer('http://auth.gavel')
        .setAudience('gavel')
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(keys.privateKey);
      headers.authorization = `Bearer ${token}`;
    }
    return (await client.getUserStats({}, { headers })).stats;
  };

  it('stats of a user without bids were an internal error: now they are zeros', async () => {
    const userId = randomUUID();
    expect(await statsOf(userId)).toMatchObject({
      userId,
      totalBids: 0n,
      totalAmount: 0n,
      lastUpdatedAt: '',
    });
  });

  it('answers the caller with the totals that the projection holds, beyond what a float can', async () => {
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

  it('needs a caller', async () => {
    await expect(statsOf()).rejects.toMatchObject({ code: Code.Unauthenticated });
  });

  it('answers in the JSON form of the contract and is ready', async () => {
    const answer = await fetch(`${url}/userstats.v1.UserStatsService/GetUserStats`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(401);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});
