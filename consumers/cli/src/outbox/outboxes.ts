import { type DatabaseName, relayProcesses } from '@gavel/processes';
import type { StreamName } from '@gavel/proto/topology';

/** An outbox with its relay. */
export interface Outbox {
  readonly name: (typeof relayProcesses)[number]['environment']['OUTBOX'];
  /** The stream that its relay publishes to. */
  readonly stream: StreamName;
  /** The relay's publisher name, which is the name of its process. */
  readonly publisher: string;
  readonly database: DatabaseName;
}

/** Every outbox that has a relay. */
export const outboxes: readonly Outbox[] = relayProcesses.map(({ name, environment, database }) => ({
  name: environment.OUTBOX,
  stream: `gavel.${environment.OUTBOX}`,
  publisher: name,
  database: database.name,
}));
