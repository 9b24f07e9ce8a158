import type { OpenArchive } from '@gavel/archiver/open-archive';
import { type Extent, readExtent } from '@gavel/consumer-runtime/extent';
import { lagOf, type PartitionLag } from '@gavel/consumer-runtime/group-lag';
import type { MirrorInspector } from '@gavel/nats-bridge/inspect-mirror';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import type { Session } from '../connections/session.ts';
import { reasonOf } from '../terminal/reason-of.ts';
import type { MirrorGroup } from './known-groups.ts';

/** The lag of a process that copies the streams, or why it is unknown. `off`: the address of its place is not set. */
export type MirrorLag =
  | { readonly state: 'off' }
  | { readonly state: 'unknown'; readonly problem: string }
  | { readonly state: 'known'; readonly partitions: readonly PartitionLag[] };

/** The last copied offset of a partition whose extent is known; null when nothing was copied. */
type ReadOffset = (
  stream: StreamName,
  partition: string,
  extent: Extent | undefined,
) => Promise<bigint | null>;

/** Asks JetStream or the archive, which hold the offsets. Does not throw while they are unavailable. */
export async function readMirrorLag(session: Session, group: MirrorGroup): Promise<MirrorLag> {
  if (!session.knows(group.to === 'nats' ? 'NATS_URL' : 'ARCHIVE_LOCATION')) return { state: 'off' };
  const inspector = await session.inspector();
  try {
    const readOffset =
      group.to === 'nats' ? offsetInMirror(await session.mirror()) : offsetInArchive(await session.archive());
    const partitions: PartitionLag[] = [];
    for (const stream of group.streams) {
      for (const partition of partitionsOf(stream)) {
        const extent = await readExtent(inspector, partition);
        const offset = await readOffset(stream, partition, extent);
        const lag = await lagOf(inspector, extent, partition, { offset, updatedAt: null });
        partitions.push({ ...lag, paused: false });
      }
    }
    return { state: 'known', partitions };
  } catch (error) {
    return {
      state: 'unknown',
      problem: `${group.to === 'nats' ? 'NATS' : 'the archive'}: ${reasonOf(error)}`,
    };
  }
}

function offsetInMirror(mirror: MirrorInspector): ReadOffset {
  return async (stream, partition) => (await mirror.positions(stream))?.get(partition)?.offset ?? null;
}

/** Nothing is archived of a stream that ends before the archive: it was recreated, and the archiver begins with its first message. */
function offsetInArchive(archive: OpenArchive): ReadOffset {
  return async (_, partition, extent) => {
    const last = (await archive.end(partition))?.last ?? null;
    return last !== null && extent !== undefined && last >= extent.next ? null : last;
  };
}
