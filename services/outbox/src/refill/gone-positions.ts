/** Positions from first to last, both included. */
export interface PositionRange {
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/** Keeps account of the positions of which the outbox has no rows any more. */
export interface GonePositions {
  /** A position that has a claim; `missingId` is that of its row when the table does not have it. Positions ascend. */
  seen(position: number, missingId: number | undefined): void;
  /** All claims up to there were seen: what was not is gone. */
  seenUpTo(position: number): void;
  /**
   * The ranges. A missing row at or above the oldest one that is held was taken out by itself, as `publishAgain` does: its
   * event has another position by now, and was never in the stream at this one.
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
