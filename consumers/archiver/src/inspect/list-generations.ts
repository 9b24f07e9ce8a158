import type { ObjectArchive, StoredSegment } from '../adapters/object-store/object-archive.ts';
import { chainSegments, type OffsetRange } from '../domain/segment-chain.ts';

/** One generation of a partition, as the names of its segments tell. */
export interface Generation {
  readonly partition: string;
  /** Milliseconds since the epoch: about when the broker stored its first message. */
  readonly number: number;
  readonly first: bigint;
  readonly last: bigint;
  /** In reading order, without those that only repeat others. */
  readonly segments: readonly StoredSegment[];
  /** Offsets that no segment has. */
  readonly holes: readonly OffsetRange[];
  /** Compressed size in bytes. */
  readonly size: number;
}

/** The generations of a partition, oldest first. Reads names only. */
export async function listGenerations(
  archive: Pick<ObjectArchive, 'list'>,
  partition: string,
): Promise<Generation[]> {
  const byNumber = Map.groupBy(await archive.list(partition), ({ generation }) => generation);
  return [...byNumber]
    .toSorted(([one], [other]) => one - other)
    .map(([number, all]) => {
      const { segments, holes } = chainSegments(all);
      return {
        partition,
        number,
        first: segments[0]?.first ?? 0n,
        last: segments.at(-1)?.last ?? -1n,
        segments,
        holes,
        size: segments.reduce((sum, { size = 0 }) => sum + size, 0),
      };
    });
}
