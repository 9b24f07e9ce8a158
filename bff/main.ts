import { existsSync } from 'node:fs';
import { storePeerAddresses } from './client-address.ts';
import { config, listenAsConfigured } from './config.ts';

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
storePeerAddresses();
await import(server.href);
