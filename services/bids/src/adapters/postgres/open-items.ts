import type { ItemOrder, OpenItemsFilter, OpenItemsPosition } from '../../application/ports.ts';
import { ITEM_COLUMNS } from './item-row.ts';
import type { SearchQuery } from './search-query.ts';

interface Order {
  /** The sort value, and the id in the table whose index contains both. */
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly direction: 'ASC' | 'DESC';
}

const orders: Readonly<Record<ItemOrder, Order>> = {
  endingSoon: { key: 'i.end_at', id: 'i.id', type: 'timestamptz', direction: 'ASC' },
  newest: { key: 'i.created_at', id: 'i.id', type: 'timestamptz', direction: 'DESC' },
  priceLow: { key: 's.next_bid', id: 's.item_id', type: 'bigint', direction: 'ASC' },
  priceHigh: { key: 's.next_bid', id: 's.item_id', type: 'bigint', direction: 'DESC' },
  mostBids: { key: 's.bid_count', id: 's.item_id', type: 'bigint', direction: 'DESC' },
  // The exact word counts in addition to its other forms, so it ranks before them. The weights are those of the description, (none),
  // the category and the title.
  relevance: {
    key: `(ts_rank('{0.02, 0.1, 0.2, 1}', d.document, words.match) + ts_rank('{0.02, 0.1, 0.2, 1}', d.document, words.typed))`,
    id: 'd.item_id',
    type: 'float4',
    direction: 'DESC',
  },
};

/**
 * The statement that reads one page of open auctions: the page's ids by an index, then their rows. It is unnamed on purpose: the
 * best index depends on the values (a rare category, a common word), so every run is planned with its own values.
 */
export function openItemsStatement(page: {
  filter: OpenItemsFilter;
  after: OpenItemsPosition | undefined;
  limit: number;
  /** The filter's words; undefined without any. */
  search: SearchQuery | undefined;
}): { text: string; values: unknown[] } {
  const { filter, after, limit, search } = page;
  const values: unknown[] = [];
  const value = (of: unknown): string => `$${values.push(of)}`;
  const { key, id, type, direction } = orders[filter.order];
  const conditions = conditionsOf(filter, value);
  if (after) {
    const beyond = direction === 'ASC' ? '>' : '<';
    const position = value(after.key);
    conditions.push(`(${key}, ${id}) ${beyond} (${position}::${type}, ${value(after.id)}::uuid)`);
    if (filter.order === 'priceLow') conditions.push(notSeenCheaper(position, value(after.since)));
  }
  const needsStandings =
    key.startsWith('s.') || filter.minPrice !== undefined || filter.maxPrice !== undefined;
  const documents =
    search &&
    `JOIN item_documents AS d ON d.item_id = i.id
      CROSS JOIN (SELECT ${value(search.match)}::tsquery AS match, ${value(search.typed)}::tsquery AS typed) AS words`;
  if (search) conditions.push('d.document @@ words.match');
  const text = `
    WITH page AS MATERIALIZED (
      SELECT i.id, ${key} AS position FROM items AS i
      ${needsStandings ? 'JOIN item_standings AS s ON s.item_id = i.id' : ''}
      ${documents ?? ''}
      WHERE i.status = 'active' AND ${conditions.join(' AND ')}
      ORDER BY ${key} ${direction}, ${id} ${direction} LIMIT ${value(limit)})
    SELECT ${ITEM_COLUMNS}, position, statement_timestamp() AS as_of FROM page JOIN items USING (id)
    ORDER BY position ${direction}, id ${direction}`;
  return { text, values };
}

function conditionsOf(filter: OpenItemsFilter, value: (of: unknown) => string): string[] {
  const conditions = [
    'i.end_at > statement_timestamp()',
    `i.starts_at ${filter.scheduled ? '>' : '<='} statement_timestamp()`,
  ];
  const { category, currency, minPrice, maxPrice, endingWithinSeconds } = filter;
  if (category !== undefined) {
    // '0' is the character after '/', so the range contains the category and its subcategories.
    conditions.push(
      `i.category_path >= ${value(`${category}/`)} AND i.category_path < ${value(`${category}0`)}`,
    );
  }
  const compares = minPrice !== undefined || maxPrice !== undefined || filter.order.startsWith('price');
  if (currency !== undefined) {
    conditions.push(`${compares ? 's' : 'i'}.currency = ${value(currency)}`);
  }
  if (minPrice !== undefined) conditions.push(`s.next_bid >= ${value(minPrice)}`);
  if (maxPrice !== undefined) conditions.push(`s.next_bid <= ${value(maxPrice)}`);
  if (endingWithinSeconds !== undefined) {
    conditions.push(
      `i.end_at <= statement_timestamp() + ${value(endingWithinSeconds)}::float8 * interval '1 second'`,
    );
  }
  return conditions;
}

/**
 * Prices only rise, so in ascending order an item could appear again on a later page. This leaves out items that have changed
 * since the first page was read and were before the position at that time.
 */
function notSeenCheaper(position: string, since: string): string {
  return `(i.updated_at <= ${since} OR minimum_next_bid(i.currency, i.start_price, (
    SELECT b.amount FROM bids AS b WHERE b.item_id = i.id AND b.created_at <= ${since}
    ORDER BY b.sequence DESC LIMIT 1)) > ${position}::bigint)`;
}
