import { BlockList, isIP } from 'node:net';
import {
  type ContextValues,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';

const peerKey = createContextKey<string | undefined>(undefined, { description: 'peer address' });

/** The address at the other end of the request's connection; undefined when it has already closed. */
export function peerAddress(context: Pick<HandlerContext, 'values'>): string | undefined {
  return context.values.get(peerKey);
}

/** The context values of a request on this socket. */
export function peerValues(socket: { remoteAddress?: string | undefined }): ContextValues {
  return createContextValues().set(peerKey, socket.remoteAddress);
}

/** What is known about the origin of a request. */
export interface AddressClues {
  /** The address at the other end of the connection. */
  peer: string | undefined;
  /** The address that the request itself contains, or empty. Used only if the peer is trusted. */
  claimed: string;
  /** The X-Forwarded-For header. Used only if the peer is trusted, and only the part that trusted peers wrote. */
  forwardedFor: string | null;
}

/**
 * Returns a function that finds the address to count a request under. It is undefined only for a request over loopback that names
 * no client, or a client on this machine.
 * @param trusted the networks whose peers may name a client's address, as CIDR blocks
 */
export function createAddressResolver(
  trusted: readonly string[],
): (clues: AddressClues) => string | undefined {
  const networks = parseNetworks(trusted);
  const isTrusted = (address: string): boolean => networks.check(address, familyOf(address));
  return ({ peer, claimed, forwardedFor }) => {
    const direct = parseAddress(peer ?? '');
    // The connection has already closed, so there is no peer to trust. Such requests are counted together.
    if (direct === undefined) return 'gone';
    if (!isTrusted(direct)) return countedAs(direct);
    // A loopback address named by another machine means that machine, so the request is counted under it.
    const counted = (address: string): string | undefined => {
      if (!isLoopback(address)) return countedAs(address);
      return isLoopback(direct) ? undefined : countedAs(direct);
    };
    const named = parseAddress(claimed);
    if (named !== undefined) return counted(named);
    // Each proxy appends the address of its peer. The last entry that is not trusted is the client.
    const hops = (forwardedFor ?? '').split(',').map((hop) => parseAddress(hop));
    const client = hops.findLast((hop) => hop !== undefined && !isTrusted(hop));
    return counted(client ?? direct);
  };
}

/** Parses CIDR blocks. Throws a RangeError that names a malformed one. */
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

// Node reports IPv4 peers of a dual-stack socket as ::ffff:a.b.c.d, and link-local peers with a %zone.
function parseAddress(text: string): string | undefined {
  const address = text
    .trim()
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/%.*$/, '');
  return isIP(address) ? address : undefined;
}

// A household or a server has a whole IPv6 /64. It could use a new address for every request, so the /64 is counted.
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
