import { cpSync } from 'node:fs';

// Next's standalone output leaves these two to a CDN; here the same server serves them.
const here = (path: string) => new URL(path, import.meta.url);
cpSync(here('./public/'), here('./.next/standalone/bff/public/'), { recursive: true });
cpSync(here('./.next/static/'), here('./.next/standalone/bff/.next/static/'), { recursive: true });
