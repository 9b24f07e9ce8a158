import type { ItemOrder, OpenItemsFilter, OpenItemsPosition } from '../../application/ports.ts';
import { ITEM_COLUMNS } from './item-row.ts';
import type { SearchQuery } from './search-query.ts';

interface Order {
  /** What it is sorted by, each with its type. Prices of different currencies cannot be compared, so they are grouped by currency. */
  readonly keys: readonly (readonly [sql: string, type: string])[];
  /** The id in the table whose index contains the keys. */
  readonly id: string;
  readonly direction: 'ASC' | 'DESC';
}

const byPrice = {
  keys: [
    ['s.currency', 'text'],
    ['s.next_bid', 'bigint'],
  ],
  id: 's.item_id',
} as const;

// The exact word counts in addition to its other forms, so it ranks before them. The weights are those of the description, (none), the
// category and the title.
const RANK = `(ts_rank('{0.02, 0.1, 0.2, 1}', d.document, words.match)
  + ts_rank('{0.02, 0.1, 0.2, 1}', d.document, words.typed))`;

const orders: Readonly<Record<ItemOrder, Order>> = {
  endingSoon: { keys: [['i.end_at', 'timestamptz']], id: 'i.id', direction: 'ASC' },
  newest: { keys: [['i.created_at', 'timestamptz']], id: 'i.id', direction: 'DESC' },
  priceLow: { ...byPrice, direction: 'ASC' },
  priceHigh: { ...byPrice, direction: 'DESC' },
  mostBids: { keys: [['s.bid_count', 'bigint']], id: 's.item_id', direction: 'DESC' },
  relevance: { keys: [[RANK, 'float4']], id: 'd.item_id', direction: 'DESC' },
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
  const { keys, id, direction } = orders[filter.order];
  const conditions = conditionsOf(filter, value);
  if (after) {
    const position = after.key.split(' ').map(value);
    const places = keys.map(([, type], i) => `${position[i]}::${type}`);
    conditions.push(
      `(${keys.map(([key]) => key).join(', ')}, ${id}) ${direction === 'ASC' ? '>' : '<'} (${places.join(', ')}, ${value(after.id)}::uuid)`,
    );
    if (filter.order === 'priceLow') conditions.push(notSeenCheaper(places, value(after.since)));
  }
  const needsStandings =
    id.startsWith('s.') || filter.minPrice !== undefined || filter.maxPrice !== undefined;
  const documents =
    search &&
    `JOIN item_documents AS d ON d.item_id = i.id
      CROSS JOIN (SELECT ${value(search.match)}::tsquery AS match, ${value(search.typed)}::tsquery AS typed) AS words`;
  if (search) conditions.push('d.document @@ words.match');
  const sorted = (names: readonly string[]): string => names.map((name) => `${name} ${direction}`).join(', ');
  const text = `
    WITH page AS MATERIALIZED (
      SELECT i.id, ${keys.map(([key], n) => `${key} AS key${n}`).join(', ')} FROM items AS i
      ${needsStandings ? 'JOIN item_standings AS s ON s.item_id = i.id' : ''}
      ${documents ?? ''}
      WHERE i.status = 'active' AND ${conditions.join(' AND ')}
      ORDER BY ${sorted([...keys.map(([key]) => key), id])} LIMIT ${value(limit)})
    SELECT ${ITEM_COLUMNS}, ${keys.map((_, n) => `key${n}`).join(', ')}, statement_timestamp() AS as_of
    FROM page JOIN items USING (id)
    ORDER BY ${sorted([...keys.map((_, n) => `key${n}`), 'id'])}`;
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
function notSeenCheaper([currency, price]: readonly string[], since: string): string {
  return `(i.updated_at <= ${since} OR i.currency <> ${currency} OR minimum_next_bid(i.currency, i.start_price, (
    SELECT b.amount FROM bids AS b WHERE b.item_id = i.id AND b.created_at <= ${since}
    ORDER BY b.sequence DESC LIMIT 1)) > ${price})`;
}
