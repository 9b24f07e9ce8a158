import { BlockList, isIP } from 'node:net';

/** What is known of where a request came from. */
export interface AddressClues {
  /** The other end of the connection. */
  peer: string | undefined;
  /** The address that the request itself names: believed only from a trusted peer. */
  claimed: string;
  /** The X-Forwarded-For header: believed only from a trusted peer, and only the part that trusted peers wrote. */
  forwardedFor: string | null;
}

/**
 * A resolver of the address that a request is counted under; undefined only when it comes over loopback, and for nobody
 * or for somebody on this machine. `trusted` names the networks whose peers may speak for others, as CIDR blocks.
 */
export function createAddressResolver(
  trusted: readonly string[],
): (clues: AddressClues) => string | undefined {
  const networks = parseNetworks(trusted);
  const isTrusted = (address: string): boolean => networks.check(address, familyOf(address));
  return ({ peer, claimed, forwardedFor }) => {
    const direct = parseAddress(peer ?? '');
    // Its connection is gone before it was looked at: nobody to believe, and no way around the count either.
    if (direct === undefined) return 'gone';
    if (!isTrusted(direct)) return countedAs(direct);
    // "This machine", said by another one, is its own affair: then the request counts under that one.
    const counted = (address: string): string | undefined => {
      if (!isLoopback(address)) return countedAs(address);
      return isLoopback(direct) ? undefined : countedAs(direct);
    };
    const named = parseAddress(claimed);
    if (named !== undefined) return counted(named);
    // Every proxy appends the peer it saw: the first one from the right that is not ours is the client.
    const hops = (forwardedFor ?? '').split(',').map((hop) => parseAddress(hop));
    const client = hops.findLast((hop) => hop !== undefined && !isTrusted(hop));
    return counted(client ?? direct);
  };
}

/** The networks of a list of CIDR blocks. Throws a RangeError that names a malformed one. */
export function parseNetworks(blocks: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const block of blocks) {
    const [address = '', bits = ''] = block.split('/');
    const longest = isIP(address) === 4 ? 32 : 128;
    if (!isIP(address) || !/^\d{1,3}$/.test(bits) || Number(bits) > longest) {
      throw new RangeError(`not a CIDR block: ${block}`);
    }
    networks.addSubnet(address, Number(bits), familyOf(address));
  }
  return networks;
}

const loopback = parseNetworks(['127.0.0.0/8', '::1/128']);

function isLoopback(address: string): boolean {
  return loopback.check(address, familyOf(address));
}

// Node reports IPv4 peers of a dual-stack socket as ::ffff:a.b.c.d, link-local ones with a %zone.
function parseAddress(text: string): string | undefined {
  const address = text
    .trim()
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/%.*$/, '');
  return isIP(address) ? address : undefined;
}

// A household or a server gets a whole IPv6 /64: counting single addresses would count nothing.
function countedAs(address: string): string {
  if (isIP(address) === 4) return address;
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  if (tail !== undefined) groups.push(...Array<string>(8 - groups.length - last.length).fill('0'), ...last);
  return `${groups.slice(0, 4).join(':')}::/64`;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
