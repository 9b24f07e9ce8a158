import { existsSync } from 'node:fs';
import { createLogger } from '@gavel/observability/logger';
import { storePeerAddresses } from './client-address.ts';
import { config, listenAsConfigured } from './config.ts';
import { guardRequests, signatureCheck } from './request-guard.ts';

// `npm run build` writes the server here. The path below `standalone` is the one from the repository's root.
const server = new URL('./.next/standalone/bff/server.js', import.meta.url);

try {
  config();
  if (!existsSync(server)) throw new Error('bff is not built: npm run build --workspace @gavel/bff');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
listenAsConfigured();
const { PUBLIC_ORIGIN, TRUSTED_PROXY_HOPS, AUTH_URL } = config();
const log = createLogger('bff');
storePeerAddresses();
guardRequests({
  publicOrigin: PUBLIC_ORIGIN,
  behindProxy: TRUSTED_PROXY_HOPS > 0,
  isSignedIn: signatureCheck(AUTH_URL),
  onRefused: ({ status }, request) => log.warn({ status, method: request.method }, 'request refused'),
});
await import(server.href);
