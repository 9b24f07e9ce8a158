import type { Sale } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { Metadata } from 'next';
import Link from 'next/link';
import { LocalTime } from '../../components/live/local-time.tsx';
import { ListPage } from '../../components/page/list-page.tsx';
import { formatMoney } from '../../model/money.ts';
import type { Query } from '../../model/query.ts';
import { mySales } from '../../server/reads/my-auctions.ts';

export const metadata: Metadata = { title: 'My sales' };

export default function SalesPage({ searchParams }: { searchParams: Query }) {
  return (
    <ListPage
      title="My sales"
      path="/sales"
      searchParams={searchParams}
      read={mySales}
      empty="You have not sold any items yet."
      pagerLabel="Pages of sales"
    >
      {(sales) => sales.length > 0 && <SalesTable sales={sales} />}
    </ListPage>
  );
}

function SalesTable({ sales }: { sales: readonly Sale[] }) {
  return (
    <table aria-label="My sales">
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Price</th>
          <th scope="col">Sold on</th>
        </tr>
      </thead>
      <tbody>
        {sales.map(
          ({ item, soldAt }) =>
            item && (
              <tr key={item.id}>
                <td>
                  <Link href={`/items/${item.id}`} prefetch={false}>
                    <bdi>{item.title}</bdi>
                  </Link>
                </td>
                <td className="number">{formatMoney(item.winningAmount, item.currency)}</td>
                <td>
                  <LocalTime iso={soldAt} />
                </td>
              </tr>
            ),
        )}
      </tbody>
    </table>
  );
}
