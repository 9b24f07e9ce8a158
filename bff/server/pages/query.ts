/** A page's query as Next hands it over. */
export type Query = Promise<Record<string, string | string[] | undefined>>;

/** One value of a query; a repeated or absent one is empty. */
export async function queryText(query: Query, name: string): Promise<string> {
  const value = (await query)[name];
  return typeof value === 'string' ? value : '';
}

/** A path with the parts of a query that are not empty. */
export function pathWith(path: string, query: Record<string, string>): string {
  const parts = Object.entries(query).filter(([, value]) => value !== '');
  return parts.length === 0 ? path : `${path}?${new URLSearchParams(parts)}`;
}
