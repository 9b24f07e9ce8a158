import { describe, expect, it } from 'vitest';
import { cameThroughProxy, requestOrigin } from './client-address.ts';

describe('the address that is sent to auth', () => {
  const sent = (forwarded: string, peer = '10.0.0.9') =>
    new Headers({ 'x-forwarded-for': forwarded, 'x-gavel-peer': peer, 'user-agent': 'B'.repeat(5000) });

  it.each([
    ['the socket’s, when no proxy is trusted', '6.6.6.6', 0, '10.0.0.9'],
    ['the one that the only proxy saw', '6.6.6.6, 203.0.113.7', 1, '203.0.113.7'],
    ['the one that the outer of two proxies saw', '6.6.6.6, 203.0.113.7, 10.0.0.1', 2, '203.0.113.7'],
    ['unknown, when a proxy is missing', '', 1, ''],
    ['unknown, when the text is not an address', '<script>', 1, ''],
  ])('is %s', (_, forwarded, hops, address) => {
    expect(requestOrigin(sent(forwarded), hops).ipAddress).toBe(address);
  });

  it('is written as IPv4 when it is one, and the user agent is cut to the length that auth accepts', () => {
    expect(requestOrigin(sent('', '::ffff:127.0.0.1'), 0)).toEqual({
      ipAddress: '127.0.0.1',
      userAgent: 'B'.repeat(1024),
    });
  });
});

describe('a request that a proxy forwarded', () => {
  const peer = '10.0.0.9';
  it.each([
    ['is one with the address of another machine', { 'x-forwarded-for': '203.0.113.7' }, true],
    ['is one whose sender invented an address before', { 'x-forwarded-for': `${peer}, 203.0.113.7` }, true],
    ['is one with a Forwarded header', { forwarded: 'for=203.0.113.7' }, true],
    ['is not one with the header that Next adds', { 'x-forwarded-for': peer }, false],
    ['is not one without the headers', {}, false],
  ])('%s', (_, headers, expected) => {
    expect(cameThroughProxy(new Headers({ 'x-gavel-peer': peer, ...headers }))).toBe(expected);
  });
});
