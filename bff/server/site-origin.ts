import 'server-only';
import { headers } from 'next/headers';
import { config } from '../config.ts';
import { isSecure } from './session/session.ts';

/** The site's address, for links that other sites and search engines read: the configured one, or that of the request. */
export async function siteOrigin(): Promise<string> {
  const { PUBLIC_ORIGIN } = config();
  if (PUBLIC_ORIGIN !== undefined) return PUBLIC_ORIGIN;
  const sent = await headers();
  const origin = `${isSecure(config(), sent) ? 'https' : 'http'}://${sent.get('host') ?? ''}`;
  return URL.canParse(origin) ? origin : 'http://localhost';
}
