import { describe, expect, it } from 'vitest';
import { readBidsConfig } from './config.ts';

describe('the configuration', () => {
  it('has a default for all but the database and auth', () => {
    const env = { DATABASE_URL: 'postgres://bids@127.0.0.1/gavel_bids', AUTH_URL: 'http://127.0.0.1:4001' };
    expect(readBidsConfig(env)).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 4002,
      DATABASE_POOL: 20,
      AUTH_ISSUER: 'http://auth.gavel',
      AUTH_AUDIENCE: 'gavel',
    });
  });

  it('names every bad key at once', () => {
    expect(() => readBidsConfig({ PORT: 'x', DATABASE_POOL: '0' })).toThrow(
      /(?=[\s\S]*PORT)(?=[\s\S]*DATABASE_URL)(?=[\s\S]*DATABASE_POOL)(?=[\s\S]*AUTH_URL)/,
    );
  });
});
