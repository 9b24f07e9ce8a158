import type { Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AuctionCard } from '../../../components/auctions/auction-card.tsx';
import { BidHistory } from '../../../components/auctions/bid-history.tsx';
import { Shelf } from '../../../components/auctions/front-shelves.tsx';
import { ItemFacts } from '../../../components/auctions/item-facts.tsx';
import { ItemView } from '../../../components/auctions/item-view.tsx';
import { TopBidders } from '../../../components/auctions/leaderboards.tsx';
import { FailureNotice } from '../../../components/page/notice.tsx';
import { shownImages } from '../../../model/catalogue.ts';
import { type Query, queryText } from '../../../model/query.ts';
import { itemBids, readItem, similarItems, topBidders } from '../../../server/reads/auctions.ts';
import { readSession } from '../../../server/session/read-session.ts';
import { siteOrigin } from '../../../server/site-origin.ts';

const MAX_AMOUNT = 32;
const DESCRIPTION = 200;

interface ItemPageProps {
  params: Promise<{ id: string }>;
  searchParams: Query;
}

export async function generateMetadata({ params }: ItemPageProps): Promise<Metadata> {
  const item = await readItem((await params).id);
  if (!item.ok || !item.value) return { title: 'Item not found' };
  const { id, title, images } = item.value;
  const description = descriptionOf(item.value);
  return {
    title,
    description,
    alternates: { canonical: `/items/${id}` },
    openGraph: { title, description, siteName: 'Gavel', images: shownImages(images).slice(0, 1) },
  };
}

/** The beginning of the description, or what the item is. */
function descriptionOf({ title, description }: Item): string {
  const line = description.replace(/\s+/g, ' ').trim();
  return (line || `${title}, in an auction with open rules.`).slice(0, DESCRIPTION);
}

export default async function ItemPage({ params, searchParams }: ItemPageProps) {
  const { id } = await params;
  const [pageToken, asked] = await Promise.all([
    queryText(searchParams, 'bids_page'),
    queryText(searchParams, 'amount'),
  ]);
  const [session, item, bids, top] = await Promise.all([
    readSession(),
    readItem(id),
    itemBids(id, pageToken),
    topBidders(id),
  ]);
  if (!item.ok && item.reason !== 'ITEM_NOT_FOUND')
    return <FailureNotice failure={item} path={`/items/${id}`} />;
  if (!item.ok || !item.value) notFound();
  // Only the reader's own bids carry a user id.
  const own = bids.ok ? bids.value.entries.find(({ userId }) => userId !== '') : undefined;
  const [similar, origin] = await Promise.all([similarItems(item.value), siteOrigin()]);
  return (
    <>
      <ItemFacts item={item.value} origin={origin} />
      <ItemView item={item.value} session={session} asked={asked.slice(0, MAX_AMOUNT)}>
        <BidHistory item={item.value} session={session} bids={bids} pageToken={pageToken} />
        <TopBidders bidders={top} currency={item.value.currency} ownMask={own?.bidder} />
      </ItemView>
      <div id="similar">
        <Shelf title="Similar items">
          {similar.map((each) => (
            <AuctionCard key={each.id} item={each} level={3} />
          ))}
        </Shelf>
      </div>
    </>
  );
}
