import { expect, it } from 'vitest';
import { openText, sealText } from './sealed-text.ts';
import { newRecoveryCodes, newTotpSecret, readRecoveryCode, stepOfCode, totpUri } from './totp.ts';

// RFC 6238, appendix B, for SHA-1 and the last six digits of the codes.
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const at = (seconds: number) => new Date(seconds * 1000);

it('accepts the codes of RFC 6238, half a minute early and late, and no others', () => {
  expect(stepOfCode(secret, '287082', at(59))).toBe(1);
  expect(stepOfCode(secret, '081 804', at(1_111_111_109))).toBe(37_037_036);
  expect(stepOfCode(secret, '287082', at(29))).toBe(1);
  expect(stepOfCode(secret, '287082', at(89))).toBe(1);
  expect(stepOfCode(secret, '287082', at(90))).toBeUndefined();
  for (const wrong of ['287083', '', '28708', '2870822', 'abcdef', '\u0000'])
    expect(stepOfCode(secret, wrong, at(59))).toBeUndefined();
});

it('names the account and the site for authenticator apps', () => {
  const uri = new URL(totpUri(newTotpSecret(), 'ann@example.com'));
  expect(uri.protocol).toBe('otpauth:');
  expect(decodeURIComponent(uri.href)).toContain('Gavel:ann@example.com');
  expect(uri.searchParams.get('secret')).toMatch(/^[A-Z2-7]{32}$/);
});

it('makes ten different recovery codes, and reads them as people type them', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^([a-z2-7]{6}-){3}[a-z2-7]{6}$/);
    expect(readRecoveryCode(` ${code.toUpperCase().replaceAll('-', ' ')}`)).toBe(code);
  }
  expect(readRecoveryCode('287082')).toBeUndefined();
});

it('opens a sealed text only with its key and for its person', () => {
  const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const sealed = sealText('secret', key, 'ann');
  expect(sealed.toString('latin1')).not.toContain('secret');
  expect(openText(sealed, key, 'ann')).toBe('secret');
  expect(() => openText(sealed, other, 'ann')).toThrow();
  expect(() => openText(sealed, key, 'bob')).toThrow();
});
