import { catalogue, type DemoItem } from './catalogue.ts';
import { bidders, type DemoPerson, demoPassword, sellers } from './demo-people.ts';
import { type Call, RpcFailure } from './rpc.ts';

/** Terms of a demo auction in addition to its start price and end. Amounts are minor units of its currency. */
export interface DemoTerms {
  readonly reservePrice?: bigint;
  readonly buyNowPrice?: bigint;
  /** A bid within this many seconds before the end extends the auction. */
  readonly softCloseSeconds?: number;
  /** Hours from the seeding until bidding begins. Default: 0. */
  readonly startsInHours?: number;
  /** The first bidder of the catalogue bids up to this maximum instead of an exact amount. */
  readonly firstMaximum?: bigint;
}

/** The terms by the title of the auction: at least one example of each rule. */
export const demoTerms: Readonly<Record<string, DemoTerms>> = {
  'Leica IIIf rangefinder, 1951': { softCloseSeconds: 120 },
  'Rolleiflex 3.5F twin-lens': { reservePrice: 150_000n },
  'Folding plate camera': { buyNowPrice: 36_000n },
  'Carriage clock with repeater': { reservePrice: 40_000n, firstMaximum: 65_000n },
  'Station clock, double-faced': { startsInHours: 48 },
  'Steel touring bicycle, 57 cm': { firstMaximum: 60_000n, softCloseSeconds: 300 },
  'Harbour at dusk, oil on canvas': { buyNowPrice: 300_000n, reservePrice: 130_000n, softCloseSeconds: 300 },
};

interface Item {
  readonly id: string;
  readonly title: string;
  readonly minimumNextBid: string;
}

/**
 * Fills an empty Gavel through its public RPCs, as users would: accounts, auctions, bids. May be repeated after an interruption,
 * because it creates only what does not exist.
 * @returns the number of auctions and bids of the demo
 */
export async function seedDemo(auth: Call, bids: Call): Promise<{ items: number; bids: number }> {
  const tokens = new Map<string, string>();
  for (const person of [...sellers, ...bidders]) tokens.set(person.key, await signIn(auth, person));

  const present = new Map<string, Item>();
  for (const seller of sellers) {
    for (const item of await itemsOf(bids, tokens.get(seller.key))) present.set(item.title, item);
  }
  let placed = 0;
  for (const demo of catalogue) {
    const item = present.get(demo.title) ?? (await list(bids, demo, tokens.get(demo.seller)));
    for (const [index, bidder] of demo.bids.entries()) {
      const maximum = index === 0 ? demoTerms[demo.title]?.firstMaximum : undefined;
      await bid(bids, { ...demo, maximum }, item.id, tokens.get(bidder), `demo-${item.id}-${index}`);
      placed += 1;
    }
  }
  return { items: catalogue.length, bids: placed };
}

async function signIn(auth: Call, person: DemoPerson): Promise<string> {
  const { email, fullName, countryCode } = person;
  try {
    await auth('auth.v1.AuthService/Register', { email, password: demoPassword, fullName, countryCode });
  } catch (error) {
    if (!(error instanceof RpcFailure) || error.code !== 'already_exists') throw error;
  }
  const answer = await auth('auth.v1.AuthService/Login', {
    email,
    password: demoPassword,
    userAgent: 'demo seed',
  });
  return (answer as { accessToken: string }).accessToken;
}

async function itemsOf(bids: Call, token: string | undefined): Promise<Item[]> {
  const items: Item[] = [];
  for (let pageToken = ''; ; ) {
    const page = await bids('bids.v1.BidService/ListSellerItems', { pageSize: 100, pageToken }, token);
    const { items: found = [], nextPageToken = '' } = page as { items?: Item[]; nextPageToken?: string };
    items.push(...found);
    if (nextPageToken === '') return items;
    pageToken = nextPageToken;
  }
}

async function list(bids: Call, demo: DemoItem, token: string | undefined): Promise<Item> {
  const terms = demoTerms[demo.title] ?? {};
  const startsAt = hoursFromNow(terms.startsInHours ?? 0);
  const body = {
    ...amountsOf(terms),
    ...(terms.softCloseSeconds !== undefined && { softCloseSeconds: terms.softCloseSeconds }),
    ...(terms.startsInHours !== undefined && { startsAt }),
    title: demo.title,
    description: demo.description,
    startPrice: demo.start.amount.toString(),
    currency: demo.start.currency,
    endAt: hoursFromNow(demo.endsInHours),
    images: [demo.picture],
    category: demo.category,
  };
  return ((await bids('bids.v1.BidService/CreateItem', body, token)) as { item: Item }).item;
}

function amountsOf({ reservePrice, buyNowPrice }: DemoTerms): Record<string, string> {
  return {
    ...(reservePrice !== undefined && { reservePrice: reservePrice.toString() }),
    ...(buyNowPrice !== undefined && { buyNowPrice: buyNowPrice.toString() }),
  };
}

function hoursFromNow(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

/** Places one bid. `key` is its idempotency key, so a repetition after an interruption places no second bid. */
async function bid(
  bids: Call,
  demo: Pick<DemoItem, 'raise'> & { readonly maximum: bigint | undefined },
  itemId: string,
  token: string | undefined,
  key: string,
): Promise<void> {
  const { item } = (await bids('bids.v1.BidService/GetItem', { id: itemId })) as { item: Item };
  const amount = BigInt(item.minimumNextBid) + demo.raise;
  try {
    await bids(
      'bids.v1.BidService/PlaceBid',
      {
        itemId,
        ...(demo.maximum === undefined
          ? { amount: amount.toString() }
          : { maxAmount: demo.maximum.toString() }),
        idempotencyKey: key,
      },
      token,
    );
  } catch (error) {
    // The key was used with another amount: this bid was placed before the interruption.
    if (!(error instanceof RpcFailure) || !/IDEMPOTENCY|idempotency/.test(error.message)) throw error;
  }
}
