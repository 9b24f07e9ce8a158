import { AuctionList } from '../components/auctions/auction-list.tsx';
import { CategoryNav } from '../components/auctions/category-nav.tsx';
import { HottestAuctions } from '../components/auctions/leaderboards.tsx';
import { SearchForm } from '../components/auctions/search-form.tsx';
import { FailureNotice } from '../components/page/notice.tsx';
import { Pager } from '../components/page/pager.tsx';
import { type Query, queryText } from '../model/query.ts';
import { isNarrowed, readSearch, searchPath } from '../model/search.ts';
import { categoryTree, foundAuctions, hottestAuctions } from '../server/reads/auctions.ts';

export default async function HomePage({ searchParams }: { searchParams: Query }) {
  const search = await readSearch(searchParams);
  const pageToken = await queryText(searchParams, 'page_token');
  const front = search.category === '' && !isNarrowed(search) && pageToken === '';
  const [auctions, tree, hottest] = await Promise.all([
    foundAuctions(search, pageToken),
    categoryTree(),
    front ? hottestAuctions() : [],
  ]);
  const first = searchPath(search);
  return (
    <>
      <h1>{search.scheduled ? 'Upcoming auctions' : 'Live auctions'}</h1>
      <SearchForm search={search} />
      <CategoryNav tree={tree} search={search} />
      <HottestAuctions auctions={hottest} />
      {auctions.ok ? (
        <>
          <AuctionList items={auctions.value.entries} search={search} />
          <Pager
            label="Pages of auctions"
            {...(pageToken && { first })}
            {...(auctions.value.nextPageToken && {
              next: searchPath(search, { page_token: auctions.value.nextPageToken }),
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
