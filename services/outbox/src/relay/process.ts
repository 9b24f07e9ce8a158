import { from, type ProcessDescriptor } from '@gavel/proto/process';

// One relay per outbox: the same program with another outbox and database.

const relay = {
  kind: 'relay',
  entry: 'services/outbox/src/relay/main.ts',
  settings: ['STREAM_MAX_AGE_SECONDS', 'STREAM_MAX_LENGTH_BYTES', 'OUTBOX_RETENTION_SECONDS'],
  startsAfter: [],
} as const;

const connections = { DATABASE_URL: from.database, AMQP_URL: from.amqp, STREAM_URL: from.stream };

export const authRelayProcess = {
  ...relay,
  name: 'relay-auth',
  summary: "publishes auth's outbox",
  port: 4011,
  database: { name: 'gavel_auth' },
  environment: { OUTBOX: 'auth', ...connections },
} as const satisfies ProcessDescriptor;

export const bidsRelayProcess = {
  ...relay,
  name: 'relay-bids',
  summary: "publishes bids' outbox",
  port: 4012,
  database: { name: 'gavel_bids' },
  environment: { OUTBOX: 'bids', ...connections },
} as const satisfies ProcessDescriptor;
