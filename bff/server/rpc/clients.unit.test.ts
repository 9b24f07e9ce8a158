import { describe, expect, it } from 'vitest';
import { as, asVisitor } from './clients.ts';

describe('call options', () => {
  const authorization = 'Bearer t';
  const address = '203.0.113.7';

  it('name the caller and the address that the call is for, which limits count by', () => {
    expect(as({ accessToken: 't', address })).toEqual({
      headers: { authorization, 'x-forwarded-for': address },
    });
    expect(asVisitor({ kind: 'signed-in', accessToken: 't', address })).toEqual(
      as({ accessToken: 't', address }),
    );
    expect(asVisitor({ kind: 'guest', address })).toEqual({ headers: { 'x-forwarded-for': address } });
  });

  it('name no address that is not known', () => {
    expect(as({ accessToken: 't', address: '' })).toEqual({ headers: { authorization } });
    expect(asVisitor({ kind: 'unverified', address: '' })).toEqual({ headers: {} });
  });
});
