import type { StreamName } from '@gavel/proto/topology';

/** The outboxes, the database of each, and the stream that its relay publishes to. */
export const outboxes = [
  { name: 'auth', stream: 'gavel.auth' },
  { name: 'bids', stream: 'gavel.bids' },
] as const satisfies readonly { name: 'auth' | 'bids'; stream: StreamName }[];
