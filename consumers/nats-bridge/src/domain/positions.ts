/** The last event of a partition that the mirror holds. */
export interface Position {
  readonly offset: bigint;
  /** Tells that event from whatever another stream of the same name holds at that offset: see markOf. */
  readonly mark: string;
}

/** How far each partition of a Gavel stream has been mirrored. */
export type Positions = ReadonlyMap<string, Position>;

/** The random end of an event's UUIDv7. */
export function markOf(eventId: string): string {
  return eventId.slice(-12);
}

/** As a header's value: `gavel.bids-0=41:0c6f2a91b3de gavel.bids-3=7:…`. Partitions without a position are left out. */
export function formatPositions(positions: Positions): string {
  return [...positions].map(([partition, { offset, mark }]) => `${partition}=${offset}:${mark}`).join(' ');
}

/** Reads them back; undefined for anything that `formatPositions` cannot have written. */
export function parsePositions(text: string): Positions | undefined {
  const positions = new Map<string, Position>();
  for (const part of text.split(' ')) {
    const [, partition, offset, mark] = /^([^=\s]+)=([0-9]{1,19}):([0-9a-f]{12})$/.exec(part) ?? [];
    if (partition === undefined || offset === undefined || mark === undefined) return undefined;
    positions.set(partition, { offset: BigInt(offset), mark });
  }
  return positions;
}
