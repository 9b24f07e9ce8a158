/**
 * What a page may load and do. Scripts need this response's nonce; pictures may come from any https site, because sellers
 * name them by URL; nothing may frame the site.
 */
export function contentSecurityPolicy(options: {
  nonce: string;
  secure: boolean;
  development: boolean;
}): string {
  const scripts = `'self' 'nonce-${options.nonce}' 'strict-dynamic'`;
  return [
    `default-src 'self'`,
    `script-src ${scripts}${options.development ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${options.development ? "'unsafe-inline'" : `'nonce-${options.nonce}'`}`,
    `img-src 'self' data: https:`,
    `connect-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
    ...(options.secure ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
}

/** Headers of every response, whatever it holds. */
export const fixedHeaders: readonly { key: string; value: string }[] = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(), payment=()' },
];

/** Sent only on https: two years, as browsers' preload lists ask at least one. */
export const strictTransport = 'max-age=63072000; includeSubDomains';
