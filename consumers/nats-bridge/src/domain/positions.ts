/** How far each partition of a Gavel stream has been mirrored: the offset of the last message taken into account. */
export type Positions = ReadonlyMap<string, bigint>;

/** As a header's value: `gavel.bids-0=41 gavel.bids-3=7`. Partitions without a position are left out. */
export function formatPositions(positions: Positions): string {
  return [...positions].map(([partition, offset]) => `${partition}=${offset}`).join(' ');
}

/** Reads them back; undefined for anything that `formatPositions` cannot have written. */
export function parsePositions(text: string): Positions | undefined {
  const positions = new Map<string, bigint>();
  for (const part of text.split(' ')) {
    const [, partition, offset] = /^([^=\s]+)=([0-9]{1,19})$/.exec(part) ?? [];
    if (partition === undefined || offset === undefined) return undefined;
    positions.set(partition, BigInt(offset));
  }
  return positions;
}
