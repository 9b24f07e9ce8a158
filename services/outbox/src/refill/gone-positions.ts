/** Positions from first to last, both included. */
export interface PositionRange {
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/** Collects the positions whose rows are no longer in the outbox. */
export interface GonePositions {
  /** A position with a claim. `missingId` is the id of its row if the table no longer has it. Call in ascending order. */
  seen(position: number, missingId: number | undefined): void;
  /** All claims up to this position were seen. Positions without a claim are gone. */
  seenUpTo(position: number): void;
  /**
   * The positions that are gone. A missing row with an id at or above `oldestId` was removed alone, as `publishAgain` does: its
   * event has another position now and was never in the stream at this one. Such a position is not gone.
   */
  ranges(oldestId: number): PositionRange[];
}

export function createGonePositions(): GonePositions {
  const holes: PositionRange[] = [];
  const missing: { position: number; id: number }[] = [];
  let next = 1;
  const seenUpTo = (position: number): void => {
    if (position >= next) holes.push({ firstPosition: next, lastPosition: position });
    next = Math.max(next, position + 1);
  };
  return {
    seen(position, missingId) {
      seenUpTo(position - 1);
      next = position + 1;
      if (missingId !== undefined) missing.push({ position, id: missingId });
    },
    seenUpTo,
    ranges: (oldestId) => [
      ...holes,
      ...missing
        .filter(({ id }) => id < oldestId)
        .map(({ position }) => ({ firstPosition: position, lastPosition: position })),
    ],
  };
}
