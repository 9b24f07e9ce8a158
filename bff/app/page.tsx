import { AuctionList } from '../components/auctions/auction-list.tsx';
import { CategoryNav } from '../components/auctions/category-nav.tsx';
import { FailureNotice } from '../components/page/notice.tsx';
import { Pager } from '../components/page/pager.tsx';
import { runningAuctions } from '../server/pages/item-pages.ts';
import { pathWith, type Query, queryText } from '../server/pages/query.ts';

export default async function HomePage({ searchParams }: { searchParams: Query }) {
  const category = await queryText(searchParams, 'category');
  const pageToken = await queryText(searchParams, 'page_token');
  const auctions = await runningAuctions(category, pageToken);
  const first = pathWith('/', { category });
  return (
    <>
      <h1>Running auctions</h1>
      <CategoryNav current={category} />
      {auctions.ok ? (
        <>
          <AuctionList items={auctions.value.entries} category={category} />
          <Pager
            label="Pages of auctions"
            {...(pageToken && { first })}
            {...(auctions.value.nextPageToken && {
              next: pathWith('/', { category, page_token: auctions.value.nextPageToken }),
            })}
          />
        </>
      ) : (
        <>
          <FailureNotice failure={auctions} path={first} />
          {pageToken && <Pager label="Pages of auctions" first={first} />}
        </>
      )}
    </>
  );
}
