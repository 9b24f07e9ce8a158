import type { MigrationSet } from '@gavel/postgres/migrate';
import type { ProcessDescriptor } from '@gavel/proto/process';
import type { ConsumerDefinition } from './define-consumer.ts';
import type { QueueConsumerDefinition } from './define-queue-consumer.ts';

/** The descriptor of a process that runs a consumer group. */
export interface ConsumerProcess extends ProcessDescriptor {
  readonly kind: 'consumer';
  /** The name in the group's declaration, and whether it reads a stream or a work queue; known without loading the handler. */
  readonly group: { readonly name: string; readonly reads: 'stream' | 'queue' };
  /** Loads the group's declaration with its handler, so that reading a list of processes stays cheap. */
  readonly consumer: () => Promise<ConsumerDefinition | QueueConsumerDefinition>;
}

/** The tables of the runtime in every consumer's database: checkpoints, processed events, dead letters, members, pauses. */
export const consumerRuntimeMigrations: MigrationSet = {
  name: 'consumer-runtime',
  directory: new URL('../migrations/', import.meta.url),
};
