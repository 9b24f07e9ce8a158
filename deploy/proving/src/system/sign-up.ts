import { randomUUID } from 'node:crypto';
import { callConnect, mustCall } from './call-connect.ts';

/** A signed-in person. */
export interface SignedIn {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  /** Access token, valid for 15 minutes. */
  readonly token: string;
  readonly refreshToken: string;
}

/** Creates an account and signs in. Each call uses another network address, because auth limits the rate per address. */
export async function signUp(authUrl: string, name: string): Promise<SignedIn> {
  const email = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')}.${randomUUID().slice(0, 8)}@example.com`;
  const password = `correct horse ${randomUUID()}`;
  const address = randomAddress();
  const registered = await mustCall(
    authUrl,
    'auth.v1.AuthService/Register',
    { email, password, fullName: name, countryCode: 'CH' },
    { headers: { 'x-forwarded-for': address }, timeoutMs: 20_000 },
  );
  const signedIn = await mustCall(
    authUrl,
    'auth.v1.AuthService/Login',
    { email, password, ipAddress: address, userAgent: 'gavel-proving' },
    { timeoutMs: 20_000 },
  );
  return {
    userId: String(registered.userId),
    email,
    password,
    token: String(signedIn.accessToken),
    refreshToken: String(signedIn.refreshToken),
  };
}

/** Creates an auction and returns the item's id. Default: starts at 1.00 and is open for one hour. */
export async function listItem(
  bidsUrl: string,
  seller: SignedIn,
  title: string,
  { startPrice = 100n, openMs = 3_600_000 }: { startPrice?: bigint; openMs?: number } = {},
): Promise<string> {
  const created = await mustCall(
    bidsUrl,
    'bids.v1.BidService/CreateItem',
    { title, startPrice: startPrice.toString(), endAt: new Date(Date.now() + openMs).toISOString() },
    { token: seller.token },
  );
  return (created.item as { id: string }).id;
}

/** The caller's statistics from the service, or undefined while the service does not answer. */
export async function readStats(userStatsUrl: string, token: string) {
  const answer = await callConnect(userStatsUrl, 'userstats.v1.UserStatsService/GetUserStats', {}, { token });
  if (!answer.ok) return undefined;
  const stats = answer.body.stats as { totalBids?: string; totalAmount?: string };
  return { totalBids: BigInt(stats.totalBids ?? 0), totalAmount: BigInt(stats.totalAmount ?? 0) };
}

function randomAddress(): string {
  const byte = () => 1 + Math.floor(Math.random() * 250);
  return `10.${byte()}.${byte()}.${byte()}`;
}
