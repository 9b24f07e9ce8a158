import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';
import { fixedHeaders } from './server/edge/security-headers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const nextConfig: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: root,
  turbopack: { root },
  transpilePackages: ['@gavel/proto', '@gavel/observability', '@gavel/rabbitmq', '@gavel/resilience'],
  serverExternalPackages: ['amqplib'],
  poweredByHeader: false,
  // Pictures that are sent with an item: 30 MB together, as the form says, and the rest of it.
  experimental: { serverActions: { bodySizeLimit: '32mb' }, proxyClientMaxBodySize: '32mb' },
  // Browsers ask for it between two pages, whatever icon the pages name.
  redirects: async () => [{ source: '/favicon.ico', destination: '/icon.svg', permanent: true }],
  headers: async () => [{ source: '/:path*', headers: [...fixedHeaders] }],
};

export default nextConfig;
