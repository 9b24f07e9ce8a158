import { type DatabaseName, relayProcesses } from '@gavel/processes';
import type { StreamName } from '@gavel/proto/topology';

/** An outbox with its database and the stream that its relay publishes to. */
export interface Outbox {
  readonly name: 'auth' | 'bids';
  readonly stream: StreamName;
  readonly database: DatabaseName;
}

/** Every outbox that has a relay. */
export const outboxes: readonly Outbox[] = relayProcesses.map(({ environment, database }) => ({
  name: environment.OUTBOX,
  stream: `gavel.${environment.OUTBOX}`,
  database: database.name,
}));
