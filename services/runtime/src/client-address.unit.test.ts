import { describe, expect, it } from 'vitest';
import { createAddressResolver, parseNetworks } from './client-address.ts';

const resolve = createAddressResolver(['127.0.0.0/8', '::1/128', '10.0.0.0/8']);
const none = { claimed: '', forwardedFor: null };

describe('the address that a request is counted under', () => {
  it('is the address of an untrusted peer, whatever the request says', () => {
    const clues = { peer: '203.0.113.7', claimed: '198.51.100.1', forwardedFor: '198.51.100.2' };
    expect(resolve(clues)).toBe('203.0.113.7');
  });

  it('is the address that a trusted peer names, first in the request and then in X-Forwarded-For', () => {
    const peer = '::ffff:10.0.0.9';
    expect(resolve({ peer, claimed: '198.51.100.1', forwardedFor: '198.51.100.2' })).toBe('198.51.100.1');
    expect(resolve({ peer, claimed: 'nonsense', forwardedFor: '198.51.100.2' })).toBe('198.51.100.2');
  });

  it('is the last untrusted entry of X-Forwarded-For, because clients can write the entries before it', () => {
    const forwardedFor = '1.1.1.1, 198.51.100.2, 10.0.0.4';
    expect(resolve({ peer: '127.0.0.1', claimed: '', forwardedFor })).toBe('198.51.100.2');
  });

  it('is undefined for this machine when no client is named, and the peer in a private network', () => {
    for (const peer of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect(resolve({ peer, ...none })).toBeUndefined();
    }
    expect(resolve({ peer: '10.0.0.9', ...none })).toBe('10.0.0.9');
    expect(resolve({ peer: '127.0.0.1', claimed: '127.0.0.1', forwardedFor: '127.0.0.1' })).toBeUndefined();
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
    'is the peer when a peer in the network says %s: only this machine itself is not counted',
    (claimed) => {
      expect(resolve({ peer: '10.0.0.9', claimed, forwardedFor: null })).toBe('10.0.0.9');
      expect(resolve({ peer: '10.0.0.9', claimed: '', forwardedFor: claimed })).toBe('10.0.0.9');
      expect(resolve({ peer: '203.0.113.7', claimed, forwardedFor: claimed })).toBe('203.0.113.7');
      expect(resolve({ peer: '127.0.0.1', claimed, forwardedFor: null })).toBeUndefined();
    },
  );

  it('is the same for all requests whose connection has already closed, whatever they say', () => {
    for (const claimed of ['127.0.0.1', '198.51.100.1']) {
      expect(resolve({ peer: undefined, claimed, forwardedFor: claimed })).toBe('gone');
    }
  });

  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::2', '0:0:0:0::/64'],
  ])('counts the IPv6 address %s with its network %s', (peer, counted) => {
    expect(resolve({ peer, ...none })).toBe(counted);
  });
});

it.each(['10.0.0.0', '10.0.0.0/33', '::1/129', 'localhost/8', ''])('%j is not a network', (block) => {
  expect(() => parseNetworks([block])).toThrow(RangeError);
});
