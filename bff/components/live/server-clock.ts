/**
 * The server's clock in the browser: the person's own clock may be wrong, and it may be set while a page is open. It is known
 * between two bounds: a message was sent before it arrived, and an answer was written after its request was sent.
 */
let lowest = Number.NEGATIVE_INFINITY;
let highest = Number.POSITIVE_INFINITY;

/**
 * Takes a server time, in milliseconds since 1970, that has just arrived.
 * @param askedAt `performance.now()` when the request was sent that it answers
 */
export function learnServerTime(nowMs: number, askedAt?: number): void {
  const low = nowMs - performance.now();
  const high = askedAt === undefined ? Number.POSITIVE_INFINITY : nowMs - askedAt;
  // The server's clock was set forward, or this device slept: the upper bound of before is no longer true.
  if (low > highest) highest = Number.POSITIVE_INFINITY;
  lowest = Math.max(lowest, low);
  // Time that people have seen passing does not come back.
  if (high >= lowest) highest = Math.min(highest, high);
}

/**
 * Milliseconds since 1970 by the server's clock; the browser's own while no server time has arrived. Half of the shortest round trip
 * is added to the messages' time, because they were on the way that long.
 */
export function serverNow(): number {
  if (lowest === Number.NEGATIVE_INFINITY) return Date.now();
  const ahead = highest === Number.POSITIVE_INFINITY ? lowest : (lowest + highest) / 2;
  return performance.now() + ahead;
}

/** True when the server's clock is known well enough: at most this many milliseconds off. */
export function isServerTimeKnown(withinMs: number): boolean {
  return highest - lowest <= withinMs * 2;
}
