import type { ReactNode } from 'react';
import type { CallOutcome, Page } from '../../model/call-outcome.ts';
import { pathWith, type Query, queryText } from '../../model/query.ts';
import { requireSession } from '../../server/session/read-session.ts';
import type { SignedIn } from '../../server/session/session.ts';
import { FailureNotice } from './notice.tsx';
import { Pager } from './pager.tsx';

interface ListPageProps<L extends Page<unknown>> {
  title: string;
  /** The page's address without its query. */
  path: string;
  searchParams: Query;
  /** The filters of the address, for the links to other pages of the list. */
  filters?: Record<string, string>;
  read: (session: SignedIn, pageToken: string) => Promise<CallOutcome<L>>;
  /** The sentence for an empty list. */
  empty: string;
  /** The navigation's name for screen readers, such as "Pages of bids". */
  pagerLabel: string;
  /** The content between the heading and the list; undefined when the list could not be read. */
  above?: (list: L | undefined) => ReactNode;
  children: (entries: L['entries']) => ReactNode;
}

/**
 * A page with one list of the signed-in person: its heading, its entries or why there are none, and links to its other
 * pages. Guests are sent to the sign-in form.
 */
export async function ListPage<L extends Page<unknown>>(props: ListPageProps<L>) {
  const { title, path, filters = {}, above, children } = props;
  const session = await requireSession(path);
  if (session.kind !== 'signed-in') return <h1>{title}</h1>;
  const pageToken = await queryText(props.searchParams, 'page_token');
  const list = await props.read(session, pageToken);
  const first = pathWith(path, filters);
  const entries = list.ok ? list.value.entries : [];
  const next = list.ok ? list.value.nextPageToken : '';
  return (
    <>
      <h1>{title}</h1>
      {above?.(list.ok ? list.value : undefined)}
      {!list.ok && <FailureNotice failure={list} path={first} />}
      {list.ok && entries.length === 0 && (
        <p className="notice plain">{pageToken ? 'There is nothing on this page any more.' : props.empty}</p>
      )}
      {children(entries)}
      <Pager
        label={props.pagerLabel}
        {...(pageToken && { first })}
        {...(next && { next: pathWith(path, { ...filters, page_token: next }) })}
      />
    </>
  );
}
