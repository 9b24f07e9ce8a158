import { describe, expect, it } from 'vitest';
import { hashRefreshToken, newRefreshToken, openSuccessor, sealSuccessor } from './refresh-token-secrets.ts';

describe('a refresh token', () => {
  it('is 256 random bits, and its hash does not contain it', () => {
    const token = newRefreshToken();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(newRefreshToken()).not.toBe(token);
    expect(hashRefreshToken(token)).toHaveLength(32);
    expect(hashRefreshToken(token).toString('latin1')).not.toContain(token);
  });

  it('decrypts its own successor, and no other token does', () => {
    const [presented, successor] = [newRefreshToken(), newRefreshToken()];
    const sealed = sealSuccessor(successor, presented);
    expect(openSuccessor(sealed, presented)).toBe(successor);
    expect(sealed.toString('latin1')).not.toContain(successor);
    expect(() => openSuccessor(sealed, newRefreshToken())).toThrow();
    expect(() => openSuccessor(sealed, hashRefreshToken(presented).toString('base64url'))).toThrow();
  });
});
