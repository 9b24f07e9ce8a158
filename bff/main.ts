import { existsSync } from 'node:fs';
import { config, listenAsConfigured } from './config.ts';
import { markPeers } from './server/session/client-address.ts';

// `npm run build` puts the server here; Next lays it out by the path from the workspace's root.
const server = new URL('./.next/standalone/bff/server.js', import.meta.url);

try {
  config();
  if (!existsSync(server)) throw new Error('bff is not built: npm run build --workspace @gavel/bff');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
listenAsConfigured();
markPeers();
await import(server.href);
