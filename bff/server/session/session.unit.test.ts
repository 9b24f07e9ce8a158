import { describe, expect, it } from 'vitest';
import {
  challengeCookie,
  clearedCookies,
  cookieNames,
  deviceCookie,
  isLive,
  isSecure,
  needsRenewal,
  readAccessToken,
  renewalStep,
  sessionCookies,
  sessionFrom,
} from './session.ts';

const NOW = Date.UTC(2026, 0, 1);
const token = (secondsLeft: number, sub = 'user-1'): string =>
  `e30.${Buffer.from(JSON.stringify({ sub, exp: NOW / 1000 + secondsLeft })).toString('base64url')}.c2ln`;

describe('access token', () => {
  it('is renewed from 30 seconds before its end, and accepted until its end', () => {
    expect(needsRenewal(readAccessToken(token(31)), NOW)).toBe(false);
    expect(needsRenewal(readAccessToken(token(30)), NOW)).toBe(true);
    expect(isLive(readAccessToken(token(1)), NOW)).toBe(true);
    expect(isLive(readAccessToken(token(0)), NOW)).toBe(false);
  });

  it('says when its owner must confirm their e-mail address', () => {
    const claims = (more: object) =>
      `e30.${Buffer.from(JSON.stringify({ sub: 'user-1', exp: 1, ...more })).toString('base64url')}.c2ln`;
    expect(readAccessToken(claims({ email_verified: false }))?.emailUnverified).toBe(true);
    expect(readAccessToken(claims({}))?.emailUnverified).toBe(false);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a word', 'nonsense'],
    ['two dots', '..'],
    ['a body that is not JSON', 'e30.bm9uc2Vuc2U.c2ln'],
    ['no subject', `e30.${Buffer.from('{"exp":1}').toString('base64url')}.c2ln`],
    ['no end', `e30.${Buffer.from('{"sub":"a"}').toString('base64url')}.c2ln`],
    ['an end that is not a number', `e30.${Buffer.from('{"sub":"a","exp":"1"}').toString('base64url')}.c2ln`],
  ])('counts as missing when the cookie holds %s', (_, text) => {
    expect(readAccessToken(text)).toBeUndefined();
  });
});

describe('renewal', () => {
  it.each([
    ['a guest', undefined, undefined, 'nothing', 'guest'],
    ['a live sign-in', token(600), 'r', 'nothing', 'signed-in'],
    ['an access token about to expire', token(10), 'r', 'renew', 'signed-in'],
    ['an expired access token', token(-600), 'r', 'renew', 'unverified'],
    ['a missing access token', undefined, 'r', 'renew', 'unverified'],
    ['a broken access token', 'nonsense', 'r', 'renew', 'unverified'],
    ['a live access token alone', token(10), undefined, 'nothing', 'signed-in'],
    ['an expired access token alone', token(-1), undefined, 'clear', 'guest'],
    ['a broken access token alone', 'nonsense', undefined, 'clear', 'guest'],
    ['empty cookies', '', '', 'nothing', 'guest'],
  ])('%s', (_, access, refresh, step, kind) => {
    expect(renewalStep(access, refresh, NOW)).toBe(step);
    expect(sessionFrom(access, refresh, NOW).kind).toBe(kind);
  });
});

describe('the cookie of a sign-in that waits for a code', () => {
  it('is kept from scripts for ten minutes, and removed by an empty one', () => {
    expect(challengeCookie('c', true)).toMatchObject({
      name: '__Host-gavel_challenge',
      value: 'c',
      httpOnly: true,
      secure: true,
      maxAge: 600,
    });
    expect(challengeCookie('', false)).toMatchObject({
      name: 'gavel_challenge',
      maxAge: 0,
      expires: new Date(0),
    });
  });
});

describe('the cookie of a browser that has signed in', () => {
  it('is kept from scripts for as long as browsers keep cookies', () => {
    const kept = { value: 'd', httpOnly: true, sameSite: 'lax', path: '/', maxAge: 400 * 24 * 3600 };
    expect(deviceCookie('d', true)).toEqual({ ...kept, name: '__Host-gavel_device', secure: true });
    expect(deviceCookie('d', false)).toEqual({ ...kept, name: 'gavel_device', secure: false });
  });
});

describe('session cookies', () => {
  const tokens = { accessToken: token(900), refreshToken: 'r' };

  it('are HttpOnly, SameSite=Lax and for the whole site', () => {
    for (const cookie of sessionCookies(tokens, { secure: false, days: 30, nowMs: NOW }))
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'lax', path: '/', secure: false });
  });

  it('expire with the access token, and after the configured days', () => {
    expect(sessionCookies(tokens, { secure: false, days: 2, nowMs: NOW }).map((c) => c.maxAge)).toEqual([
      900,
      2 * 24 * 3600,
    ]);
  });

  it('have __Host- names and Secure on https, and plain names on http', () => {
    expect(cookieNames(true)).toEqual({ access: '__Host-gavel_access', refresh: '__Host-gavel_refresh' });
    expect(cookieNames(false)).toEqual({ access: 'gavel_access', refresh: 'gavel_refresh' });
    for (const cookie of sessionCookies(tokens, { secure: true, days: 1, nowMs: NOW }))
      expect(cookie).toMatchObject({ secure: true, name: expect.stringMatching(/^__Host-/) });
  });

  it('are removed with the attributes that they were set with', () => {
    expect(clearedCookies(true)).toMatchObject([
      { name: '__Host-gavel_access', value: '', maxAge: 0, expires: new Date(0), secure: true, path: '/' },
      { name: '__Host-gavel_refresh', value: '', maxAge: 0, expires: new Date(0), secure: true, path: '/' },
    ]);
  });

  it.each([
    ['an https origin', 'https://gavel.example', 0, undefined, true],
    ['an http origin', 'http://127.0.0.1:3000', 0, 'https', false],
    ['no origin', undefined, 0, undefined, false],
    ['a header without a trusted proxy', undefined, 0, 'https', false],
    ['a trusted proxy that received https', undefined, 1, 'https', true],
    ['a trusted proxy that received http', undefined, 1, 'http', false],
  ])('detect https from %s', (_, PUBLIC_ORIGIN, TRUSTED_PROXY_HOPS, proto, secure) => {
    const headers = new Headers(proto ? { 'x-forwarded-proto': proto } : {});
    expect(isSecure({ PUBLIC_ORIGIN, TRUSTED_PROXY_HOPS }, headers)).toBe(secure);
  });
});
