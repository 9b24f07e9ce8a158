import { cpSync } from 'node:fs';

// Next's standalone output does not contain these two folders. Here the same server serves them, not a CDN.
const here = (path: string) => new URL(path, import.meta.url);
cpSync(here('./public/'), here('./.next/standalone/bff/public/'), { recursive: true });
cpSync(here('./.next/static/'), here('./.next/standalone/bff/.next/static/'), { recursive: true });
