import type { ObjectArchive, StoredSegment } from '../adapters/object-store/object-archive.ts';
import { chainSegments } from '../domain/segment-chain.ts';

/** What is read of an archive. */
export type ArchiveReader = Pick<ObjectArchive, 'list' | 'manifest' | 'read' | 'end'>;

/** A segment and its place in the history. */
export interface PlacedSegment {
  readonly segment: StoredSegment;
  /** Added to an offset of its generation, this is an offset in the history. */
  readonly shift: bigint;
  /** Offsets in the history. */
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * The archived history of a partition as one line of offsets. The offsets of the stream that exists now are its own. Those of
 * older generations come before them and are negative: the newest message of an older generation is at -1.
 */
export interface Timeline {
  /** Where offset 0 of the oldest generation is. Reading from here misses nothing. */
  readonly origin: bigint;
  /** In reading order. A segment may repeat offsets of the one before it. */
  readonly segments: readonly PlacedSegment[];
  /** The offset after the archived ones, where the stream continues. */
  readonly next: bigint;
}

/** @param isCurrent whether the newest generation is the stream that exists now, or an older one too */
export async function readTimeline(
  archive: Pick<ArchiveReader, 'list'>,
  partition: string,
  isCurrent: boolean,
): Promise<Timeline> {
  const byGeneration = Map.groupBy(await archive.list(partition), ({ generation }) => generation);
  const chains = [...byGeneration]
    .toSorted(([one], [other]) => one - other)
    .map(([, segments]) => chainSegments(segments).segments);
  const older = isCurrent ? chains.slice(0, -1) : chains;
  const origin = -older.reduce((sum, chain) => sum + lengthOf(chain), 0n);
  const segments: PlacedSegment[] = [];
  let shift = origin;
  for (const chain of chains) {
    for (const segment of chain) {
      segments.push({ segment, shift, first: segment.first + shift, last: segment.last + shift });
    }
    shift += lengthOf(chain);
  }
  return { origin, segments, next: (segments.at(-1)?.last ?? -1n) + 1n };
}

/** How many offsets a generation has used, from 0 on. */
function lengthOf(chain: readonly StoredSegment[]): bigint {
  return (chain.at(-1)?.last ?? -1n) + 1n;
}
