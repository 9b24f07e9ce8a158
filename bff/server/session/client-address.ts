import 'server-only';
import { isIP } from 'node:net';
import { PEER_HEADER } from '../../peer-header.ts';

const MAX_USER_AGENT = 1024;

/** Who sent a request, as far as this site can know. An empty text means unknown. */
export interface RequestOrigin {
  ipAddress: string;
  userAgent: string;
}

/**
 * The browser's address and User-Agent. With `hops` trusted proxies in front, the address is the one that the outermost
 * proxy appended to X-Forwarded-For, counted from the right. Entries further left are whatever the browser claimed.
 */
export function requestOrigin(headers: Pick<Headers, 'get'>, hops: number): RequestOrigin {
  const claimed = (headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim());
  const address = hops > 0 ? (claimed.at(-hops) ?? '') : (headers.get(PEER_HEADER) ?? '');
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return {
    ipAddress: isIP(plain) ? plain : '',
    userAgent: (headers.get('user-agent') ?? '').slice(0, MAX_USER_AGENT),
  };
}
