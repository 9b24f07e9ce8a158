import type { MetadataRoute } from 'next';
import { newestItems } from '../server/reads/auctions.ts';
import { siteOrigin } from '../server/site-origin.ts';

const pages = ['/', '/help', '/terms', '/privacy', '/contact'];

/** The public pages and the auctions that were listed last. While bids does not answer, the pages alone. */
export default async function sitemap(): Promise<MetadataRoute.Sitemap> {
  const [origin, items] = await Promise.all([siteOrigin(), newestItems()]);
  return [
    ...pages.map((path) => ({ url: `${origin}${path}` })),
    ...items.map(({ id, updatedAt }) => ({ url: `${origin}/items/${id}`, lastModified: updatedAt })),
  ];
}
