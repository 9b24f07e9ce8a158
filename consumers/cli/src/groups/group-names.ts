import { archiverProcess } from '@gavel/archiver/process';
import { natsBridgeProcess } from '@gavel/nats-bridge/process';
import { consumerProcesses } from '@gavel/processes';

// From the descriptors alone: no consumer is loaded.

/** Every consumer group that reads a stream. */
export const streamGroupNames: readonly string[] = namesOf('stream');

/** Every consumer of a work queue. */
export const queueGroupNames: readonly string[] = namesOf('queue');

/** Every name that `gavel groups ls` shows. */
export const groupNames: readonly string[] = [
  ...streamGroupNames,
  ...queueGroupNames,
  natsBridgeProcess.name,
  archiverProcess.name,
];

function namesOf(reads: 'stream' | 'queue'): string[] {
  return consumerProcesses.flatMap(({ group }) => (group.reads === reads ? [group.name] : []));
}
