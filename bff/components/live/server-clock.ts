/**
 * The server's clock in the browser: the person's own clock may be wrong, and it may be set while a page is open. Every
 * message with the server's time was sent before it arrived, so the latest of all estimates is the closest one.
 */
let ahead = Number.NEGATIVE_INFINITY;

/** Takes a server time, in milliseconds since 1970, that has just arrived. */
export function learnServerTime(nowMs: number): void {
  ahead = Math.max(ahead, nowMs - performance.now());
}

/** Milliseconds since 1970 by the server's clock; the browser's own while no server time has arrived. */
export function serverNow(): number {
  return ahead === Number.NEGATIVE_INFINITY ? Date.now() : performance.now() + ahead;
}
