import type { Metadata } from 'next';
import { AuctionList } from '../components/auctions/auction-list.tsx';
import { CategoryNav } from '../components/auctions/category-nav.tsx';
import { FoundLine } from '../components/auctions/found-line.tsx';
import { FrontShelves } from '../components/auctions/front-shelves.tsx';
import { SearchForm } from '../components/auctions/search-form.tsx';
import { FailureNotice, Notice } from '../components/page/notice.tsx';
import { Pager } from '../components/page/pager.tsx';
import type { CallFailure } from '../model/call-outcome.ts';
import { type Query, queryText } from '../model/query.ts';
import {
  isFront,
  readSearch,
  type Search,
  searchPath,
  searchProblems,
  searchTitle,
} from '../model/search.ts';
import { categoryTree, foundAuctions } from '../server/reads/auctions.ts';
import { readFrontPage } from '../server/reads/front-page.ts';
import { readSession } from '../server/session/read-session.ts';

interface HomePageProps {
  searchParams: Query;
}

export async function generateMetadata({ searchParams }: HomePageProps): Promise<Metadata> {
  const search = await readSearch(searchParams);
  if (isFront(search)) return { alternates: { canonical: '/' } };
  const title = search.query === '' ? searchTitle(search) : `“${search.query}” in ${searchTitle(search)}`;
  return { title, alternates: { canonical: searchPath(search) } };
}

/** The front page, or the auctions that the address searches for. */
export default async function HomePage({ searchParams }: HomePageProps) {
  const search = await readSearch(searchParams);
  const pageToken = await queryText(searchParams, 'page_token');
  return isFront(search) && pageToken === '' ? (
    <Front search={search} />
  ) : (
    <Found search={search} pageToken={pageToken} />
  );
}

async function Front({ search }: { search: Search }) {
  const [front, tree, session] = await Promise.all([readFrontPage(), categoryTree(), readSession()]);
  return (
    <>
      <h1 className="front-title">Old things, fair bids.</h1>
      <SearchForm search={search} problems={{}} />
      <CategoryNav tree={tree} search={search} />
      <FrontShelves front={front} heart={session.kind === 'signed-in'} />
    </>
  );
}

async function Found({ search, pageToken }: { search: Search; pageToken: string }) {
  const [auctions, tree, session] = await Promise.all([
    foundAuctions(search, pageToken),
    categoryTree(),
    readSession(),
  ]);
  const first = searchPath(search);
  const refused = auctions.ok || auctions.reason !== 'INVALID_FIELD' ? {} : searchProblems(auctions.metadata);
  const problems = { ...search.problems, ...refused };
  return (
    <>
      <h1>{searchTitle(search)}</h1>
      <SearchForm search={search} problems={problems} />
      <CategoryNav tree={tree} search={search} />
      {auctions.ok ? (
        <>
          <FoundLine search={search} page={auctions.value} first={pageToken === ''} />
          <AuctionList items={auctions.value.entries} search={search} heart={session.kind === 'signed-in'} />
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
