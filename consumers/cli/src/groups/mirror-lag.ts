import type { MirrorInspector } from '@gavel/nats-bridge/inspect-mirror';
import { partitionsOf } from '@gavel/proto/topology';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import type { Session } from '../connections/session.ts';
import { readExtent } from '../streams/extent.ts';
import { reasonOf } from '../terminal/explain-error.ts';
import type { MirrorGroup } from './known-groups.ts';
import { lagOf, type PartitionLag } from './lag.ts';

/** The lag of the bridge to NATS, or why it is unknown. `off`: the address of NATS is not set. */
export type MirrorLag =
  | { readonly state: 'off' }
  | { readonly state: 'unknown'; readonly problem: string }
  | { readonly state: 'known'; readonly partitions: readonly PartitionLag[] };

/** Asks JetStream, which holds the bridge's offsets. Does not throw while NATS is unavailable. */
export async function readMirrorLag(session: Session, group: MirrorGroup): Promise<MirrorLag> {
  if (!session.knows('NATS_URL')) return { state: 'off' };
  const inspector = await session.inspector();
  try {
    const mirror = await session.mirror();
    return { state: 'known', partitions: await readPartitions(inspector, mirror, group) };
  } catch (error) {
    return { state: 'unknown', problem: `NATS: ${reasonOf(error)}` };
  }
}

async function readPartitions(
  inspector: StreamInspector,
  mirror: MirrorInspector,
  group: MirrorGroup,
): Promise<PartitionLag[]> {
  const lags: PartitionLag[] = [];
  for (const stream of group.streams) {
    const positions = await mirror.positions(stream);
    for (const partition of partitionsOf(stream)) {
      const extent = await readExtent(inspector, partition);
      const offset = positions?.get(partition)?.offset ?? null;
      const lag = await lagOf(inspector, extent, partition, { offset, updatedAt: null });
      lags.push({ ...lag, paused: false });
    }
  }
  return lags;
}
