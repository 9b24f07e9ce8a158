import type { Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import type { Page } from '../../model/call-outcome.ts';
import { activeFilters, type Search, searchPath } from '../../model/search.ts';
import { Icon } from '../ui/icon.tsx';

interface FoundLineProps {
  search: Search;
  page: Page<Item>;
  /** Whether it is the first page of the list. */
  first: boolean;
}

/** How many auctions were found, and what the list is narrowed to: each with a link that removes it. */
export function FoundLine({ search, page, first }: FoundLineProps) {
  const filters = activeFilters(search);
  return (
    <div className="found">
      {first && page.entries.length > 0 && <p data-testid="result-count">{countText(page)}</p>}
      {filters.length > 0 && (
        <ul className="chips" aria-label="Filters in use">
          {filters.map(({ field, text }) => (
            <li key={field}>
              <Link
                href={searchPath(search, { [field]: '' })}
                prefetch={false}
                aria-label={`Remove filter: ${text}`}
              >
                <bdi>{text}</bdi> <Icon name="close" />
              </Link>
            </li>
          ))}
          {filters.length > 1 && (
            <li>
              <Link href="/?sort=ending" prefetch={false}>
                Remove all
              </Link>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

/** The list is read one page at a time, so only a list of one page is counted. */
function countText({ entries, nextPageToken }: Page<Item>): string {
  if (nextPageToken) return `More than ${entries.length} auctions`;
  return entries.length === 1 ? '1 auction' : `${entries.length} auctions`;
}
