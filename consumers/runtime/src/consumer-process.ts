import type { MigrationSet } from '@gavel/postgres/migrate';
import type { ProcessDescriptor } from '@gavel/proto/process';
import type { StreamName } from '@gavel/proto/topology';
import type { ConsumerDefinition } from './define-consumer.ts';
import type { QueueConsumerDefinition } from './define-queue-consumer.ts';

/** A consumer group, and what it reads: the subjects of a stream that it takes, in NATS form, or a work queue. */
export type GroupDescriptor =
  | {
      readonly name: string;
      readonly reads: 'stream';
      readonly stream: StreamName;
      readonly subscription: string;
    }
  | { readonly name: string; readonly reads: 'queue' };

/** The descriptor of a process that runs a consumer group. */
export interface ConsumerProcess extends ProcessDescriptor {
  readonly kind: 'consumer';
  /** What the group's declaration says, known without loading the handler. A test compares the two. */
  readonly group: GroupDescriptor;
  /** Loads the group's declaration with its handler, so that reading a list of processes stays cheap. */
  readonly consumer: () => Promise<ConsumerDefinition | QueueConsumerDefinition>;
}

/** The tables of the runtime in every consumer's database: checkpoints, processed events, dead letters, members, pauses. */
export const consumerRuntimeMigrations: MigrationSet = {
  name: 'consumer-runtime',
  directory: new URL('../migrations/', import.meta.url),
};
