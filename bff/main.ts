import { existsSync } from 'node:fs';
import { createLogger } from '@gavel/observability/logger';
import { createSecurityLog } from '@gavel/observability/security-log';
import { storePeerAddresses } from './client-address.ts';
import { config, hopsProblem, listenAsConfigured } from './config.ts';
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
const problem = hopsProblem(config());
if (problem) createLogger('bff').warn(problem);
const security = createSecurityLog();
storePeerAddresses();
guardRequests({
  publicOrigin: PUBLIC_ORIGIN,
  behindProxy: TRUSTED_PROXY_HOPS > 0,
  isSignedIn: signatureCheck(AUTH_URL),
  onRefused: ({ status }, { method, socket }) =>
    security('request_refused', { address: socket.remoteAddress, method, reason: String(status) }),
});
await import(server.href);
