import type { OffsetRange } from '../../domain/segment-chain.ts';

/** Which messages a segment has. The name of its objects says it, so that a list of names is an index of the archive. */
export interface SegmentName extends OffsetRange {
  readonly partition: string;
  /** Milliseconds since the epoch: about when the broker stored the first message of the generation. */
  readonly generation: number;
}

const KEY = /^(.+)\/(\d{1,15})\/(\d{20})-(\d{20})\.(zst|json)$/;

/** The key of a segment's compressed messages, or of its manifest. */
export function segmentKey(name: SegmentName, kind: 'zst' | 'json'): string {
  const [first, last] = [name.first, name.last].map((offset) => String(offset).padStart(20, '0'));
  return `${name.partition}/${name.generation}/${first}-${last}.${kind}`;
}

/** Undefined for the key of something else. */
export function parseSegmentKey(key: string): (SegmentName & { readonly kind: 'zst' | 'json' }) | undefined {
  const [, partition, generation, first, last, kind] = KEY.exec(key) ?? [];
  if (partition === undefined || first === undefined || last === undefined) return undefined;
  return {
    partition,
    generation: Number(generation),
    first: BigInt(first),
    last: BigInt(last),
    kind: kind === 'zst' ? 'zst' : 'json',
  };
}
