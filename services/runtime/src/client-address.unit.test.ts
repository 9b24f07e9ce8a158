import { describe, expect, it } from 'vitest';
import { createAddressResolver, parseNetworks } from './client-address.ts';

const resolve = createAddressResolver(['127.0.0.0/8', '::1/128', '10.0.0.0/8']);
const none = { claimed: '', forwardedFor: null };

describe('the address that a request is counted under', () => {
  it('is the peer itself when the peer is not trusted, whatever it claims', () => {
    const clues = { peer: '203.0.113.7', claimed: '198.51.100.1', forwardedFor: '198.51.100.2' };
    expect(resolve(clues)).toBe('203.0.113.7');
  });

  it('is what a trusted peer names, in the request first and then in X-Forwarded-For', () => {
    const peer = '::ffff:10.0.0.9';
    expect(resolve({ peer, claimed: '198.51.100.1', forwardedFor: '198.51.100.2' })).toBe('198.51.100.1');
    expect(resolve({ peer, claimed: 'nonsense', forwardedFor: '198.51.100.2' })).toBe('198.51.100.2');
  });

  it('is the last X-Forwarded-For entry that is not ours: anybody can write the ones before', () => {
    const forwardedFor = '1.1.1.1, 198.51.100.2, 10.0.0.4';
    expect(resolve({ peer: '127.0.0.1', claimed: '', forwardedFor })).toBe('198.51.100.2');
  });

  it('is unknown on this machine when nobody is named, and the peer in a private network', () => {
    for (const peer of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect(resolve({ peer, ...none })).toBeUndefined();
    }
    expect(resolve({ peer: '10.0.0.9', ...none })).toBe('10.0.0.9');
    expect(resolve({ peer: '127.0.0.1', claimed: '127.0.0.1', forwardedFor: '127.0.0.1' })).toBeUndefined();
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
    'is never unknown because a peer in the network says %s: only this machine speaks for itself',
    (claimed) => {
      expect(resolve({ peer: '10.0.0.9', claimed, forwardedFor: null })).toBe('10.0.0.9');
      expect(resolve({ peer: '10.0.0.9', claimed: '', forwardedFor: claimed })).toBe('10.0.0.9');
      expect(resolve({ peer: '203.0.113.7', claimed, forwardedFor: claimed })).toBe('203.0.113.7');
      expect(resolve({ peer: '127.0.0.1', claimed, forwardedFor: null })).toBeUndefined();
    },
  );

  it('is one for all whose connection has gone already, and nothing that they claim', () => {
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
