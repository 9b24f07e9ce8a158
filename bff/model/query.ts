/** A page's query, as Next passes it to the page. */
export type Query = Promise<Record<string, string | string[] | undefined>>;

/** One value of a query; empty when it is missing or appears more than once. */
export async function queryText(query: Query, name: string): Promise<string> {
  const value = (await query)[name];
  return typeof value === 'string' ? value : '';
}

/** A path with a query; empty values are left out. */
export function pathWith(path: string, query: Record<string, string>): string {
  const parts = Object.entries(query).filter(([, value]) => value !== '');
  return parts.length === 0 ? path : `${path}?${new URLSearchParams(parts)}`;
}
