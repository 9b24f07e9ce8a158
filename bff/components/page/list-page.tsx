import type { ReactNode } from 'react';
import type { CallOutcome, Page } from '../../model/call-outcome.ts';
import { pathWith } from '../../model/query.ts';
import { FailureNotice } from './notice.tsx';
import { Pager } from './pager.tsx';

interface ListPageProps<T> {
  title: string;
  /** The page's address without a page token. */
  path: string;
  /** The filters of the address. */
  query?: Record<string, string>;
  pageToken: string;
  list: CallOutcome<Page<T>>;
  /** The sentence for an empty list. */
  empty: string;
  /** The navigation's name for screen readers, such as "Pages of bids". */
  pagerLabel: string;
  /** Shown between the heading and the list. */
  filters?: ReactNode;
  children: (entries: readonly T[]) => ReactNode;
}

/** A page with one list: its heading, its entries or why there are none, and links to its other pages. */
export function ListPage<T>({ title, path, query = {}, pageToken, list, ...shown }: ListPageProps<T>) {
  const first = pathWith(path, query);
  const next = list.ok ? list.value.nextPageToken : '';
  return (
    <>
      <h1>{title}</h1>
      {shown.filters}
      {!list.ok && <FailureNotice failure={list} path={first} />}
      {list.ok && list.value.entries.length === 0 && <p className="notice plain">{shown.empty}</p>}
      {shown.children(list.ok ? list.value.entries : [])}
      <Pager
        label={shown.pagerLabel}
        {...(pageToken && { first })}
        {...(next && { next: pathWith(path, { ...query, page_token: next }) })}
      />
    </>
  );
}
