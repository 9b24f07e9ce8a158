import type { MetadataRoute } from 'next';
import { siteOrigin } from '../server/site-origin.ts';

/** Search engines may read the public pages. The others need a sign-in. */
export default async function robots(): Promise<MetadataRoute.Robots> {
  const personal = [
    '/account',
    '/dashboard',
    '/listings',
    '/my-bids',
    '/notifications',
    '/sales',
    '/watch-list',
  ];
  return {
    rules: { userAgent: '*', allow: '/', disallow: [...personal, '/*?page_token=', '/*?bids_page='] },
    sitemap: `${await siteOrigin()}/sitemap.xml`,
  };
}
