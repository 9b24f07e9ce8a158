import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { BidHistory } from '../../../components/auctions/bid-history.tsx';
import { ItemView } from '../../../components/auctions/item-view.tsx';
import { TopBidders } from '../../../components/auctions/leaderboards.tsx';
import { FailureNotice } from '../../../components/page/notice.tsx';
import { type Query, queryText } from '../../../model/query.ts';
import { itemBids, readItem, topBidders } from '../../../server/reads/auctions.ts';
import { readSession } from '../../../server/session/read-session.ts';

interface ItemPageProps {
  params: Promise<{ id: string }>;
  searchParams: Query;
}

export async function generateMetadata({ params }: ItemPageProps): Promise<Metadata> {
  const item = await readItem((await params).id);
  return { title: item.ok && item.value ? item.value.title : 'Item' };
}

export default async function ItemPage({ params, searchParams }: ItemPageProps) {
  const { id } = await params;
  const pageToken = await queryText(searchParams, 'bids_page');
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
  return (
    <ItemView item={item.value} session={session}>
      <BidHistory item={item.value} session={session} bids={bids} pageToken={pageToken} />
      <TopBidders bidders={top} currency={item.value.currency} ownMask={own?.bidder} />
    </ItemView>
  );
}
