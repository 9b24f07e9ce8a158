import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { sellerStatsProcess } from '@gavel/seller-stats-consumer/process';
import { startService } from '@gavel/service-runtime/run-service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sellerStatsService } from './main.ts';

describe('SellerStatsService', () => {
  let database: TestDatabase;
  let url: string;
  const stops: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    database = await createTestDatabase(sellerStatsProcess.database.migrations);
    url = await startService(
      sellerStatsService,
      {
        HOST: '127.0.0.1',
        PORT: 0,
        DATABASE_URL: database.url,
        DATABASE_POOL: 2,
        // Nothing listens there: public reads need no keys.
        AUTH_URL: 'http://127.0.0.1:1',
        AUTH_ISSUER: 'http://auth.gavel',
        AUTH_AUDIENCE: 'gavel',
      },
      { onStop: (_, stop) => stops.unshift(stop) },
    );
  });

  afterAll(async () => {
    for (const stop of stops) await stop();
    await database?.drop();
  });

  /** The response over plain HTTP, without a token. */
  const statsOf = async (sellerId: string): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${url}/sellerstats.v1.SellerStatsService/GetSellerStats`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sellerId }),
    });
    return { status: answer.status, body: await answer.json() };
  };

  it('returns zeros for an unknown seller, without an access token', async () => {
    const sellerId = randomUUID();
    expect(await statsOf(sellerId)).toEqual({
      status: 200,
      body: { sellerId, soldCount: '0', unsoldCount: '0', totals: [] },
    });
  });

  it('returns the counts, and the totals in the order of currency codes, beyond the precision of a double', async () => {
    const sellerId = randomUUID();
    await database.pool.query('INSERT INTO seller_stats VALUES ($1, 3, 2)', [sellerId]);
    await database.pool.query(
      `INSERT INTO seller_currency_totals VALUES ($1, 'USD', 9007199254740993), ($1, 'JPY', 2)`,
      [sellerId],
    );
    const { body } = await statsOf(sellerId.toUpperCase());
    expect(body).toEqual({
      sellerId,
      soldCount: '3',
      unsoldCount: '2',
      totals: [
        { currency: 'JPY', amount: '2' },
        { currency: 'USD', amount: '9007199254740993' },
      ],
    });
  });

  it('returns totals of no currency for a seller who has sold nothing', async () => {
    const sellerId = randomUUID();
    await database.pool.query('INSERT INTO seller_stats VALUES ($1, 0, 1)', [sellerId]);
    expect((await statsOf(sellerId)).body).toMatchObject({ soldCount: '0', unsoldCount: '1', totals: [] });
  });

  it('refuses an id that is not a UUID', async () => {
    const { status, body } = await statsOf('nobody');
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('INVALID_FIELD');
  });
});
