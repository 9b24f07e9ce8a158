import { AuctionList } from '../components/auctions/auction-list.tsx';
import { CategoryNav } from '../components/auctions/category-nav.tsx';
import { HottestAuctions } from '../components/auctions/leaderboards.tsx';
import { SearchForm } from '../components/auctions/search-form.tsx';
import { FailureNotice, Notice } from '../components/page/notice.tsx';
import { Pager } from '../components/page/pager.tsx';
import type { CallFailure } from '../model/call-outcome.ts';
import { type Query, queryText } from '../model/query.ts';
import { isNarrowed, readSearch, type Search, searchPath, searchProblems } from '../model/search.ts';
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
  const refused = auctions.ok || auctions.reason !== 'INVALID_FIELD' ? {} : searchProblems(auctions.metadata);
  const problems = { ...search.problems, ...refused };
  return (
    <>
      <h1>{search.scheduled ? 'Upcoming auctions' : 'Live auctions'}</h1>
      <SearchForm search={search} problems={problems} />
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
          <RefusedSearch failure={auctions} refused={refused} path={first} />
          {pageToken && <Pager label="Pages of auctions" first={first} />}
        </>
      )}
    </>
  );
}

interface RefusedSearchProps {
  failure: CallFailure;
  refused: Search['problems'];
  path: string;
}

/** Why there is no list. A sentence beside a field of the search form is not repeated here. */
function RefusedSearch({ failure, refused, path }: RefusedSearchProps) {
  if (refused.category) return <Notice kind="bad">{refused.category}</Notice>;
  return Object.keys(refused).length > 0 ? null : <FailureNotice failure={failure} path={path} />;
}
