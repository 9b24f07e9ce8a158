import { InvalidArgumentError } from 'commander';

/** A place in a stream, as a person writes it. */
export type Place =
  | { readonly kind: 'first' }
  | { readonly kind: 'last' }
  | { readonly kind: 'next' }
  | { readonly kind: 'offset'; readonly offset: bigint }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'moment'; readonly at: number };

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What `--help` says about places. */
export const placeHelp = `A PLACE is one of
  first                     the first message that retention has left
  last                      the newest chunk: what the broker stored last, at once
  next                      behind the newest message
  1234                      an offset
  2026-05-01T12:00:00Z      a moment; UTC unless it says otherwise. Messages are stamped chunk by chunk
  -90s -15m -2h -1d         so long ago`;

/** Reads a place; throws commander's InvalidArgumentError, which is exit code 2. */
export function parsePlace(text: string, now = Date.now()): Place {
  if (text === 'first' || text === 'last' || text === 'next') return { kind: text };
  if (/^\d{1,18}$/.test(text)) return { kind: 'offset', offset: BigInt(text) };
  const ago = /^-(\d{1,9})([smhd])$/.exec(text);
  if (ago) return { kind: 'moment', at: now - Number(ago[1]) * (UNIT_MS[ago[2] ?? ''] ?? 0) };
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) || text.length === 10 ? text : `${text}Z`);
    if (!Number.isNaN(at)) return { kind: 'moment', at };
  }
  throw new InvalidArgumentError(
    'It is no first, last, next, offset, moment (2026-05-01T12:00:00Z) or age (-15m).',
  );
}

/** A place as it is printed back. */
export function formatPlace(place: Place): string {
  if (place.kind === 'offset') return String(place.offset);
  return place.kind === 'moment' ? new Date(place.at).toISOString() : place.kind;
}
