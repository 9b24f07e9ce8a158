import { describe, expect, it } from 'vitest';
import { requestOrigin } from '../session/client-address.ts';
import { endingFrom, signInPath } from '../session/sign-in-path.ts';
import { ownOrigin } from './same-origin.ts';
import { contentSecurityPolicy } from './security-headers.ts';

const HOST = '127.0.0.1:3000';
const post = (origin?: string, host = HOST) => ({
  method: 'POST',
  headers: new Headers({ host, ...(origin === undefined ? {} : { origin }) }),
});

describe('a changing request', () => {
  it.each([
    ['from the same host', `http://${HOST}`, undefined, HOST],
    [
      'from the public origin behind a proxy',
      'https://gavel.example',
      'https://gavel.example',
      'gavel.example',
    ],
  ])('is taken %s', (_, origin, publicOrigin, host) => {
    expect(ownOrigin(post(origin), publicOrigin)).toEqual({ ok: true, host });
  });

  it.each([
    ['without an origin', undefined],
    ['from nowhere', 'null'],
    ['from a malformed origin', 'http://'],
    ['from another site', 'https://evil.example'],
    ['from another port', 'http://127.0.0.1:4000'],
    ['from the public host over http', 'http://gavel.example'],
    ['from a file', 'file:///etc/passwd'],
  ])('is refused %s', (_, origin) => {
    expect(ownOrigin(post(origin), 'https://gavel.example')).toEqual({ ok: false });
  });

  it('is not what a plain visit is', () => {
    const visit = { method: 'GET', headers: new Headers({ origin: 'https://evil.example' }) };
    expect(ownOrigin(visit, undefined)).toEqual({ ok: true });
  });
});

describe('the address passed to auth', () => {
  const sent = (forwarded: string, peer = '10.0.0.9') =>
    new Headers({ 'x-forwarded-for': forwarded, 'x-gavel-peer': peer, 'user-agent': 'B'.repeat(5000) });

  it.each([
    ['the socket’s, when no proxy is trusted', '6.6.6.6', 0, '10.0.0.9'],
    ['the one that the only proxy saw', '6.6.6.6, 203.0.113.7', 1, '203.0.113.7'],
    ['the one that the outer of two proxies saw', '6.6.6.6, 203.0.113.7, 10.0.0.1', 2, '203.0.113.7'],
    ['unknown, when a proxy is missing', '', 1, ''],
    ['unknown, when it is no address', '<script>', 1, ''],
  ])('is %s', (_, forwarded, hops, address) => {
    expect(requestOrigin(sent(forwarded), hops).ipAddress).toBe(address);
  });

  it('is written in IPv4 form when it is one, and the user agent is cut to what auth takes', () => {
    expect(requestOrigin(sent('', '::ffff:127.0.0.1'), 0)).toEqual({
      ipAddress: '127.0.0.1',
      userAgent: 'B'.repeat(1024),
    });
  });
});

describe('the sign-in page', () => {
  it('leads back and says why, in known words only', () => {
    expect(signInPath('/dashboard')).toBe('/sign-in?next=%2Fdashboard');
    expect(signInPath('/sell', 'SESSION_REVOKED')).toBe('/sign-in?next=%2Fsell&ended=SESSION_REVOKED');
    expect(endingFrom('made up')).toBeUndefined();
    expect(endingFrom(['SESSION_REVOKED'])).toBeUndefined();
  });
});

describe('content security policy', () => {
  it('lets only scripts with the nonce run and nobody frame the site', () => {
    const policy = contentSecurityPolicy({ nonce: 'abc', secure: true, development: false });
    expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain('upgrade-insecure-requests');
    expect(policy).not.toContain('unsafe');
  });
});
