import 'server-only';
import type { FailureReason } from '../../model/call-outcome.ts';

/** The proxy sets it on the request whose renewal was refused: why the sign-in ended. */
export const ENDED_HEADER = 'x-gavel-session-ended';

/** The proxy sets it on a request that sends a form. Pages cannot see a request's method. */
export const POSTED_HEADER = 'x-gavel-posted';

const endings = [
  'SESSION_EXPIRED',
  'SESSION_REVOKED',
  'REFRESH_TOKEN_REUSED',
] as const satisfies FailureReason[];

/** The reasons that the sign-in page explains. */
export type Ending = (typeof endings)[number];

/** The ending with this name; undefined for any other text. */
export function endingFrom(text: unknown): Ending | undefined {
  return endings.find((ending) => ending === text);
}

/** The address of the sign-in page. After signing in the person returns to `path`; `ending` is explained on the page. */
export function signInPath(path: string, ending?: Ending): string {
  const query = new URLSearchParams({ next: path });
  if (ending) query.set('ended', ending);
  return `/sign-in?${query}`;
}

// Any origin could be used here: the check is only whether the path stays on it. `.invalid` never resolves (RFC 2606).
const HERE = 'http://here.invalid';
const HOME = '/';

/**
 * Where to go after signing in: the given path in the form of a header, or the home page when it is not a path of this site. Browsers read `\` as
 * `/` and remove tabs and newlines from URLs (WHATWG URL), so `/\evil.example` and `/<tab>/evil.example` would leave the
 * site. Encoded forms are refused too, because a server on the way may decode them once more.
 */
export function returnPath(candidate: unknown): string {
  if (typeof candidate !== 'string' || !isSitePath(candidate)) return HOME;
  // A header has ASCII only.
  return candidate.replace(/[^\x21-\x7e]+/gu, (text) => encodeURIComponent(text.toWellFormed()));
}

function isSitePath(candidate: string): boolean {
  if (candidate.length > 2000 || !startsAsPath(candidate)) return false;
  const decoded = decodedFully(candidate);
  if (decoded === undefined || !startsAsPath(decoded)) return false;
  const url = URL.parse(candidate, HERE);
  return url !== null && url.origin === HERE && startsAsPath(url.pathname);
}

function startsAsPath(text: string): boolean {
  if (!text.startsWith('/') || text.startsWith('//')) return false;
  const path = text.split(/[?#]/, 1)[0] ?? '';
  return !path.includes('\\') && !path.includes('//') && !hasControls(text);
}

function hasControls(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code <= 0x1f || code === 0x7f) return true;
  }
  return false;
}

function decodedFully(text: string): string | undefined {
  let current = text;
  for (let round = 0; round < 5; round++) {
    if (!/%[0-9a-f]{2}/i.test(current)) return current;
    try {
      current = decodeURIComponent(current);
    } catch (error) {
      if (error instanceof URIError) return undefined;
      throw error;
    }
  }
  return undefined;
}
