/** A range of offsets, both ends included. */
export interface OffsetRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** The segments of one generation in reading order, and the offsets between them that no segment has. */
export interface SegmentChain<S extends OffsetRange> {
  readonly segments: readonly S[];
  readonly holes: readonly OffsetRange[];
}

/**
 * Orders the segments of a generation so that each one adds offsets to those before it. Segments may overlap, because an
 * archiver that was killed or replaced may have begun the same segment with another end; one that adds nothing is left out.
 */
export function chainSegments<S extends OffsetRange>(segments: readonly S[]): SegmentChain<S> {
  const chain: S[] = [];
  const holes: OffsetRange[] = [];
  const inOrder = segments.toSorted((a, b) => compare(a.first, b.first) || compare(b.last, a.last));
  for (const segment of inOrder) {
    const end = chain.at(-1)?.last;
    if (end !== undefined && segment.last <= end) continue;
    if (end !== undefined && segment.first > end + 1n) {
      holes.push({ first: end + 1n, last: segment.first - 1n });
    }
    chain.push(segment);
  }
  return { segments: chain, holes };
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
