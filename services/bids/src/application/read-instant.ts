import type { FieldProblems } from './read-fields.ts';

const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d{2})(?::?(\d{2}))?)$/;

/**
 * Reads an ISO 8601 date and time with zone, to the millisecond below. Anything else is a problem, and so are dates
 * that no calendar holds, such as 30 February, and leap seconds, which the database's clock does not have.
 */
export function readInstant(field: string, value: string, problems: FieldProblems): Date {
  const instant = parseInstant(value);
  if (!instant) problems[field] = 'must be an ISO 8601 date and time with zone';
  return instant ?? new Date(Number.NaN);
}

function parseInstant(text: string): Date | undefined {
  const match = ISO_8601.exec(text);
  if (!match) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '0',
    fraction = '',
    sign,
    zoneHour = '0',
    zoneMinute = '0',
  ] = match;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  const wall = new Date(0);
  wall.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  wall.setUTCHours(Number(hour), Number(minute), Number(second), milliseconds);
  const rolledOver = wall.getUTCMonth() !== Number(month) - 1 || wall.getUTCDate() !== Number(day);
  if (rolledOver || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(zoneHour) > 23 || Number(zoneMinute) > 59) return undefined;
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000 * (sign === '-' ? -1 : 1);
  return new Date(wall.getTime() - offset);
}
