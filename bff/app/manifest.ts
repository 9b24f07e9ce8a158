import type { MetadataRoute } from 'next';

/** For a person who puts the site on their home screen. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    name: 'Gavel',
    short_name: 'Gavel',
    description: 'Auctions with open rules.',
    start_url: '/',
    display: 'standalone',
    background_color: '#f7f5f1',
    theme_color: '#1d3272',
    icons: [
      { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
    ],
  };
}
