// Whatever origin stands here: only whether the path stays on it matters. `.invalid` never resolves (RFC 2606).
const HERE = 'http://here.invalid';
const HOME = '/';

/**
 * The path to go to after signing in, or the home page when the given one is not a path of this site. Browsers read
 * `\` as `/` and drop tabs and newlines in URLs (WHATWG URL), so `/\evil.example` and `/<tab>/evil.example` would leave
 * the site; encoded forms are refused too, in case something on the way decodes them once more.
 */
export function returnPath(candidate: unknown): string {
  return typeof candidate === 'string' && isSitePath(candidate) ? candidate : HOME;
}

/** True for a path, with or without a query, that cannot lead to another origin. */
export function isSitePath(candidate: string): boolean {
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
