import { activeMembers, countParked } from '@gavel/consumer-runtime/consumer-group';
import { type PartitionLag, readLag } from '@gavel/consumer-runtime/group-lag';
import { observePartitions } from '@gavel/consumer-runtime/observe-partitions';
import type { Pool } from '@gavel/postgres/pool';
import type { StreamName } from '@gavel/proto/topology';
import { inspectStream } from '@gavel/rabbitmq/stream-inspector';
import { openStreamReader } from '@gavel/rabbitmq/stream-reader';
import { startLoop } from '@gavel/resilience';
import type { WatchedGroup } from './watched-group.ts';

const CLIENT_NAME = 'group-watch';

export interface StreamGroupOptions {
  readonly group: { readonly name: string; readonly stream: StreamName };
  readonly pool: Pool;
  readonly streamUrl: string;
  readonly measureMs: number;
}

/**
 * Reports the lag of a group that reads a stream while it has no active member. Members report their own lag more
 * exactly, so nothing is read from the stream as long as there is one.
 */
export function watchStreamGroup({ group, pool, streamUrl, measureMs }: StreamGroupOptions): WatchedGroup {
  let partitions: readonly PartitionLag[] = [];
  let problem: unknown = new Error('not measured yet');
  const loop = startLoop(`group-watch ${group.name}`, async () => {
    try {
      const members = await activeMembers(pool, group.name);
      partitions = members.length > 0 ? [] : await readLagOnce(streamUrl, pool, group);
      problem = undefined;
      return measureMs;
    } catch (error) {
      // What is not known is not reported: an old value would look like a good one.
      partitions = [];
      problem = error;
      throw error;
    }
  });
  const stopMetrics = observePartitions(
    () => ({ consumer: group.name, partitions: partitions.map(toReported) }),
    () => countParked(pool, group.name),
  );
  return {
    name: group.name,
    lag: () => partitions.reduce((sum, { lagMessages }) => sum + Number(lagMessages), 0),
    problem: () => problem,
    async stop() {
      stopMetrics();
      await loop.stop();
    },
  };
}

/** Connects for one measurement: a group without members is rare. */
async function readLagOnce(
  streamUrl: string,
  pool: Pool,
  group: StreamGroupOptions['group'],
): Promise<PartitionLag[]> {
  const inspector = await inspectStream(streamUrl, CLIENT_NAME);
  const reader = openStreamReader(streamUrl, CLIENT_NAME);
  try {
    return await readLag({ inspector, reader }, pool, group);
  } finally {
    await reader.close();
    await inspector.close();
  }
}

function toReported({ partition, lagMessages, lagSeconds, problem }: PartitionLag) {
  return {
    partition,
    held: true,
    lagMessages: Number(lagMessages),
    lagSeconds,
    state: problem === null ? 'empty' : 'refused',
  };
}
