import type { FailureReason } from '../rpc/call-failure.ts';

/** Set by the proxy on the request whose renewal was refused: why the sign-in ended. */
export const ENDED_HEADER = 'x-gavel-session-ended';

const endings = [
  'SESSION_EXPIRED',
  'SESSION_REVOKED',
  'REFRESH_TOKEN_REUSED',
] as const satisfies FailureReason[];

/** The reasons that the sign-in page explains. */
export type Ending = (typeof endings)[number];

/** An ending by its name, or undefined for any other text. */
export function endingFrom(text: unknown): Ending | undefined {
  return endings.find((ending) => ending === text);
}

/** The sign-in page, leading back to `path`, and saying why when a sign-in has just ended. */
export function signInPath(path: string, ending?: Ending): string {
  const query = new URLSearchParams({ next: path });
  if (ending) query.set('ended', ending);
  return `/sign-in?${query}`;
}
