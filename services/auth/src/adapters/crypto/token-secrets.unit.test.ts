import { describe, expect, it } from 'vitest';
import { hashToken, newToken, openSuccessor, sealSuccessor } from './token-secrets.ts';

describe('a refresh token', () => {
  it('is 256 random bits, and its hash does not contain it', () => {
    const token = newToken();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(newToken()).not.toBe(token);
    expect(hashToken(token)).toHaveLength(32);
    expect(hashToken(token).toString('latin1')).not.toContain(token);
  });

  it('decrypts its own successor, and no other token does', () => {
    const [presented, successor] = [newToken(), newToken()];
    const sealed = sealSuccessor(successor, presented);
    expect(openSuccessor(sealed, presented)).toBe(successor);
    expect(sealed.toString('latin1')).not.toContain(successor);
    expect(() => openSuccessor(sealed, newToken())).toThrow();
    expect(() => openSuccessor(sealed, hashToken(presented).toString('base64url'))).toThrow();
  });
});
