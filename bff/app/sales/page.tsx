import type { Metadata } from 'next';
import Link from 'next/link';
import { FailureNotice } from '../../components/page/notice.tsx';
import { Pager } from '../../components/page/pager.tsx';
import { formatMoney } from '../../server/money/format-money.ts';
import { mySales } from '../../server/pages/list-pages.ts';
import { pathWith, type Query, queryText } from '../../server/pages/query.ts';
import { instantText } from '../../server/pages/times.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'My sales' };

export default async function SalesPage({ searchParams }: { searchParams: Query }) {
  const session = await requireSession('/sales');
  if (session.kind !== 'signed-in') return <h1>My sales</h1>;
  const pageToken = await queryText(searchParams, 'page_token');
  const sales = await mySales(session, pageToken);
  const entries = sales.ok ? sales.value.entries : [];
  const next = sales.ok ? sales.value.nextPageToken : '';
  return (
    <>
      <h1>My sales</h1>
      {!sales.ok && <FailureNotice failure={sales} path="/sales" />}
      {sales.ok && entries.length === 0 && <p className="notice plain">You have sold nothing yet.</p>}
      {entries.length > 0 && (
        <table aria-label="My sales">
          <thead>
            <tr>
              <th scope="col">Item</th>
              <th scope="col">Price</th>
              <th scope="col">Sold</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(
              ({ item, soldAt }) =>
                item && (
                  <tr key={item.id}>
                    <td>
                      <Link href={`/items/${item.id}`} prefetch={false}>
                        {item.title}
                      </Link>
                    </td>
                    <td className="number">{formatMoney(item.winningAmount, item.currency)}</td>
                    <td>
                      <time dateTime={soldAt}>{instantText(soldAt)}</time>
                    </td>
                  </tr>
                ),
            )}
          </tbody>
        </table>
      )}
      <Pager
        label="Pages of sales"
        {...(pageToken && { first: '/sales' })}
        {...(next && { next: pathWith('/sales', { page_token: next }) })}
      />
    </>
  );
}
