import { from, type ProcessDescriptor } from '@gavel/proto/process';

export const natsBridgeProcess = {
  name: 'nats-bridge',
  kind: 'bridge',
  summary: 'mirrors the streams into NATS JetStream; only with `make up NATS=1`',
  entry: 'consumers/nats-bridge/src/main.ts',
  port: 4031,
  environment: { STREAM_URL: from.stream, NATS_URL: from.nats },
  startsAfter: ['relay-auth', 'relay-bids'],
  onlyWith: 'nats',
} as const satisfies ProcessDescriptor;
