import { readId } from './read-fields.ts';

/** Reads a page position of the form [time, id]; undefined when it is anything else. */
export function readTimePosition(position: readonly string[]): { time: Date; id: string } | undefined {
  const [text = '', rawId = ''] = position;
  const time = new Date(text);
  const id = readId(rawId);
  // Only as it was written: a year that Postgres does not have must not get that far.
  if (position.length !== 2 || id === undefined || !/^\d{4}-/.test(text)) return undefined;
  return !Number.isNaN(time.getTime()) && time.toISOString() === text ? { time, id } : undefined;
}
