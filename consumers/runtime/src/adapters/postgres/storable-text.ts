/** Bounds of what is made here, in characters; headers and body are kept as they came. */
export const MAX_ERROR = 8_000;
export const MAX_STACK = 32_000;
/** Indexed, and an index row holds at most 2,704 bytes; a subject's token is far shorter. */
export const MAX_AGGREGATE_ID = 255;

/** What a foreign client may put into a header, Postgres' text may not hold: NUL and halves of surrogate pairs. */
export function storable(text: string | undefined, max = Number.POSITIVE_INFINITY): string | null {
  return text === undefined ? null : text.slice(0, max).toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** The same for a whole set of headers. */
export function storableHeaders(headers: Readonly<Record<string, string>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [storable(name), storable(value)]),
  );
}
