import { InvalidArgumentError } from 'commander';

/** An offset as the user writes it, before it is resolved in a partition. */
export type OffsetSpec =
  | { readonly kind: 'first' }
  | { readonly kind: 'last' }
  | { readonly kind: 'next' }
  | { readonly kind: 'offset'; readonly offset: bigint }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'moment'; readonly at: number };

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What `--help` says about offsets. */
export const offsetHelp = `An OFFSET is one of
  first                     the oldest message that retention has kept
  last                      the start of the newest chunk; the broker stores messages in chunks
  next                      after the newest message
  1234                      an offset
  2026-05-01T12:00:00Z      a time, in UTC if it has no zone; the broker stamps chunks, not messages
  -90s -15m -2h -1d         an age`;

/** Parses an offset. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
export function parseOffset(text: string, now = Date.now()): OffsetSpec {
  if (text === 'first' || text === 'last' || text === 'next') return { kind: text };
  if (/^\d{1,18}$/.test(text)) return { kind: 'offset', offset: BigInt(text) };
  const age = /^-(\d{1,9})([smhd])$/.exec(text);
  if (age) return { kind: 'moment', at: now - Number(age[1]) * (UNIT_MS[age[2] ?? ''] ?? 0) };
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) || text.length === 10 ? text : `${text}Z`);
    if (!Number.isNaN(at)) return { kind: 'moment', at };
  }
  throw new InvalidArgumentError(
    'It must be first, last, next, an offset, a time (2026-05-01T12:00:00Z) or an age (-15m).',
  );
}

/** Formats an offset so that it can be parsed again; an age becomes a time. */
export function formatOffset(spec: OffsetSpec): string {
  if (spec.kind === 'offset') return String(spec.offset);
  return spec.kind === 'moment' ? new Date(spec.at).toISOString() : spec.kind;
}
