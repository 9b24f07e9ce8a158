import { describe, expect, it } from 'vitest';
import { as, asVisitor } from './clients.ts';

describe('call options', () => {
  const authorization = 'Bearer t';
  const address = '203.0.113.7';

  it('carry the access token and the browser’s address, by which services count requests', () => {
    expect(as({ accessToken: 't', address })).toEqual({
      headers: { authorization, 'x-forwarded-for': address },
    });
    expect(asVisitor({ kind: 'signed-in', accessToken: 't', address })).toEqual(
      as({ accessToken: 't', address }),
    );
    expect(asVisitor({ kind: 'guest', address })).toEqual({ headers: { 'x-forwarded-for': address } });
  });

  it('carry no address when it is unknown', () => {
    expect(as({ accessToken: 't', address: '' })).toEqual({ headers: { authorization } });
    expect(asVisitor({ kind: 'unverified', address: '' })).toEqual({ headers: {} });
  });
});
