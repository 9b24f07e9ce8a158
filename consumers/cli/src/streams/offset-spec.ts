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

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;

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
  const at = readMoment(text, now);
  if (at !== undefined) return { kind: 'moment', at };
  throw new InvalidArgumentError(
    'It must be first, last, next, an offset, a time (2026-05-01T12:00:00Z) or an age (-15m).',
  );
}

/** Parses a time or an age. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
export function parseMoment(text: string, now = Date.now()): Date {
  const at = readMoment(text, now);
  if (at !== undefined) return new Date(at);
  throw new InvalidArgumentError('It must be a time (2026-05-01T12:00:00Z) or an age (-15m).');
}

/** Milliseconds since the epoch of a time or an age; undefined for anything else. */
function readMoment(text: string, now: number): number | undefined {
  const age = /^-(\d{1,9})([smhd])$/.exec(text);
  const at = age ? now - Number(age[1]) * (UNIT_MS[age[2] ?? ''] ?? 0) : parseTime(text);
  // The streams hold nothing from before 1970, and a very old time has no ISO form.
  return at !== undefined && at >= 0 ? at : undefined;
}

/** Milliseconds since the epoch; undefined for anything else than an ISO time of a day that exists. */
function parseTime(text: string): number | undefined {
  const [, day, time = '', zone = ''] = TIME.exec(text) ?? [];
  // `Date` takes 30 February as 2 March.
  if (day === undefined || !isDay(day)) return undefined;
  const at = Date.parse(time === '' ? day : `${day}T${time}${zone || 'Z'}`);
  return Number.isNaN(at) ? undefined : at;
}

function isDay(day: string): boolean {
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

/** Formats an offset so that it can be parsed again; an age becomes a time. */
export function formatOffset(spec: OffsetSpec): string {
  if (spec.kind === 'offset') return String(spec.offset);
  return spec.kind === 'moment' ? new Date(spec.at).toISOString() : spec.kind;
}
