import { describe, expect, it } from 'vitest';
import { readBidsConfig } from './config.ts';

const needed = {
  DATABASE_URL: 'postgres://bids@127.0.0.1/gavel_bids',
  AUTH_URL: 'http://127.0.0.1:4001',
  PICTURES_DIRECTORY: 'pictures',
};

describe('the configuration', () => {
  it('requires exactly one place for pictures', () => {
    const { PICTURES_DIRECTORY, ...rest } = needed;
    expect(readBidsConfig({ ...rest, PICTURES_S3_BUCKET: 'gavel' })).toMatchObject({
      PICTURES_S3_BUCKET: 'gavel',
      PICTURES_S3_REGION: 'us-east-1',
    });
    expect(() => readBidsConfig(rest)).toThrow(/PICTURES_DIRECTORY/);
    expect(() => readBidsConfig({ ...needed, PICTURES_S3_BUCKET: 'gavel' })).toThrow(/PICTURES_DIRECTORY/);
  });

  it('has defaults for everything except the database, auth and the place for pictures', () => {
    expect(readBidsConfig(needed)).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 4002,
      DATABASE_POOL: 20,
      AUTH_ISSUER: 'http://auth.gavel',
      AUTH_AUDIENCE: 'gavel',
    });
  });

  it('names all invalid keys at once', () => {
    expect(() => readBidsConfig({ PORT: 'x', DATABASE_POOL: '0' })).toThrow(
      /(?=[\s\S]*PORT)(?=[\s\S]*DATABASE_URL)(?=[\s\S]*DATABASE_POOL)(?=[\s\S]*AUTH_URL)/,
    );
  });
});
