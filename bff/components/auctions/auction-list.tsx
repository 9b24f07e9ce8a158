import type { Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import {
  assumesCurrency,
  currencyChoices,
  isGroupedByCurrency,
  isNarrowed,
  type Search,
  searchPath,
} from '../../model/search.ts';
import { AuctionCard } from './auction-card.tsx';

interface AuctionListProps {
  items: readonly Item[];
  search: Search;
  /** Whether each card has a heart, with which the reader watches the item. */
  heart: boolean;
}

/** The auctions that a search found, or a sentence when there are none. */
export function AuctionList({ items, search, heart }: AuctionListProps) {
  return (
    <>
      {assumesCurrency(search) && <AssumedCurrency search={search} />}
      {items.length === 0 && <p className="notice plain">{emptyText(search)}</p>}
      {items.length > 0 && !isGroupedByCurrency(search) && (
        <Cards items={items} search={search} heart={heart} />
      )}
      {isGroupedByCurrency(search) &&
        [...Map.groupBy(items, ({ currency }) => currency)].map(([currency, group]) => (
          <section key={currency} aria-label={`Prices in ${currency}`} className="currency-group">
            <h2>
              Prices in {currency}{' '}
              <Link href={searchPath(search, { currency })} prefetch={false}>
                Only {currency}
              </Link>
            </h2>
            <Cards items={group} search={search} heart={heart} />
          </section>
        ))}
    </>
  );
}

function Cards({ items, search, heart }: AuctionListProps) {
  return (
    <ul className="cards" aria-label={search.scheduled ? 'Upcoming auctions' : 'Live auctions'}>
      {items.map((item) => (
        <AuctionCard key={item.id} item={item} heart={heart} />
      ))}
    </ul>
  );
}

/** Which currency the price limits mean, and how to change it. */
function AssumedCurrency({ search }: { search: Search }) {
  return (
    <p className="notice plain">
      The price limits are in {search.currency}. Auctions in other currencies are not shown. Change to{' '}
      {currencyChoices('')
        .filter((code) => code !== search.currency)
        .map((code) => (
          <span key={code}>
            <Link href={searchPath(search, { currency: code })} prefetch={false}>
              {code}
            </Link>{' '}
          </span>
        ))}
      or{' '}
      <Link href={searchPath(search, { min: '', max: '' })} prefetch={false}>
        show all prices and currencies
      </Link>
      .
    </p>
  );
}

function emptyText(search: Search): string {
  if (isNarrowed(search)) return 'No auctions match your search.';
  return search.category
    ? 'There are no auctions in this category right now.'
    : 'There are no auctions right now.';
}
