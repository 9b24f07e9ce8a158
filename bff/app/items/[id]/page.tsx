import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { BidHistorySection } from '../../../components/auctions/bid-history-section.tsx';
import { ItemView } from '../../../components/auctions/item-view.tsx';
import { TopBidders } from '../../../components/auctions/top-bidders.tsx';
import { FailureNotice } from '../../../components/page/notice.tsx';
import { itemBids, readItem, topBidders } from '../../../server/pages/item-pages.ts';
import { type Query, queryText } from '../../../server/pages/query.ts';
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
  // Bids name their bidder to that bidder alone.
  const own = bids.ok ? bids.value.entries.find(({ userId }) => userId !== '') : undefined;
  return (
    <ItemView item={item.value} session={session}>
      <BidHistorySection item={item.value} session={session} bids={bids} pageToken={pageToken} />
      <TopBidders bidders={top} currency={item.value.currency} ownMask={own?.bidder} />
    </ItemView>
  );
}
