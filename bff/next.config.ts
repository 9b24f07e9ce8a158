import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Headers of every response. The content security policy differs per response: see `server/security.ts`. */
const fixedHeaders = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(), payment=()' },
];

const nextConfig: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: root,
  turbopack: { root },
  transpilePackages: ['@gavel/proto', '@gavel/observability', '@gavel/rabbitmq', '@gavel/resilience'],
  serverExternalPackages: ['amqplib'],
  poweredByHeader: false,
  // An item form may send 30 MB of pictures, as it says, and 2 MB are left for its other fields.
  experimental: { serverActions: { bodySizeLimit: '32mb' }, proxyClientMaxBodySize: '32mb' },
  // Browsers request /favicon.ico even when the pages name another icon.
  redirects: async () => [{ source: '/favicon.ico', destination: '/icon.svg', permanent: true }],
  headers: async () => [{ source: '/:path*', headers: fixedHeaders }],
};

export default nextConfig;
