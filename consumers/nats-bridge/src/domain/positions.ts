/** The last event of a partition that the mirror holds. */
export interface Position {
  readonly offset: bigint;
  /** Distinguishes that event from any event that a recreated stream holds at the same offset: see fingerprintOf. */
  readonly fingerprint: string;
}

/** How far each partition of a Gavel stream has been mirrored. */
export type Positions = ReadonlyMap<string, Position>;

/** The random end of an event's UUIDv7. */
export function fingerprintOf(eventId: string): string {
  return eventId.slice(-12);
}

/** Writes positions as a header value: `gavel.bids-0=41:0c6f2a91b3de gavel.bids-3=7:…`. Partitions without one are left out. */
export function formatPositions(positions: Positions): string {
  return [...positions]
    .map(([partition, { offset, fingerprint }]) => `${partition}=${offset}:${fingerprint}`)
    .join(' ');
}

/** Reads a header value; undefined for anything that `formatPositions` cannot have written. */
export function parsePositions(text: string): Positions | undefined {
  const positions = new Map<string, Position>();
  for (const part of text.split(' ')) {
    const [, partition, offset, fingerprint] = /^([^=\s]+)=([0-9]{1,19}):([0-9a-f]{12})$/.exec(part) ?? [];
    if (partition === undefined || offset === undefined || fingerprint === undefined) return undefined;
    positions.set(partition, { offset: BigInt(offset), fingerprint });
  }
  return positions;
}
