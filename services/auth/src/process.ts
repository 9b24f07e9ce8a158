import { outboxMigrations } from '@gavel/outbox/migrations';
import { from, type ProcessDescriptor } from '@gavel/proto/process';

export const authProcess = {
  name: 'auth',
  kind: 'service',
  summary: 'accounts, sign-ins, tokens; publishes its public keys at `/.well-known/jwks.json`',
  entry: 'services/auth/src/main.ts',
  port: 4001,
  database: {
    name: 'gavel_auth',
    migrations: [outboxMigrations, { name: 'auth', directory: new URL('../migrations/', import.meta.url) }],
  },
  environment: {
    DATABASE_URL: from.database,
    REDIS_URL: from.redis,
    AUTH_SIGNING_KEYS_DIR: from.secretDirectory('signing-keys'),
    WEB_URL: from.process('bff'),
  },
  settings: ['SMTP_URL', 'SMTP_FROM', 'AUTH_REQUIRE_VERIFIED_EMAIL'],
  startsAfter: [],
} as const satisfies ProcessDescriptor;
