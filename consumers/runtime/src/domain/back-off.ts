export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before try `attempt` (1 is the first retry), in milliseconds: doubling up to the cap, of which a
 * random half is taken off so that many instances do not come back in step.
 */
export function delayBefore(attempt: number, { firstMs, maxMs }: BackOff, random = Math.random()): number {
  const full = Math.min(firstMs * 2 ** Math.min(attempt - 1, 30), maxMs);
  return full / 2 + (full / 2) * random;
}
