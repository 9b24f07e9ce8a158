const format = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** A date and time in UTC, with "UTC" behind it: "2 Jan 2026, 03:04 UTC". A text that is not a date is returned as it is. */
export function instantText(iso: string): string {
  const instant = Date.parse(iso);
  return Number.isNaN(instant) ? iso : `${format.format(instant)} UTC`;
}

/** A date and time in the zone and language of the browser, with the zone's name. A text that is not a date is returned as it is. */
export function localText(iso: string): string {
  const instant = Date.parse(iso);
  if (Number.isNaN(instant)) return iso;
  const date = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  const time = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const;
  return new Intl.DateTimeFormat(undefined, { ...date, ...time }).format(instant);
}

/** A date without its time, in the zone and language of the browser, or in UTC. A text that is not a date is returned as it is. */
export function dateText(iso: string, zone: 'local' | 'UTC'): string {
  const instant = Date.parse(iso);
  if (Number.isNaN(instant)) return iso;
  const date = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  const own = new Intl.DateTimeFormat(zone === 'UTC' ? 'en-GB' : undefined, {
    ...date,
    ...(zone === 'UTC' && { timeZone: 'UTC' }),
  });
  return own.format(instant);
}

/**
 * The time until an instant, in its two largest units: "2 d 5 h", "3 min 10 s". A second that has begun counts as whole, so
 * "1 s" is shown until the instant. No line breaks between a number and its unit. Undefined when the instant has passed.
 */
export function timeLeft(iso: string, nowMs: number): string | undefined {
  const seconds = Math.ceil((Date.parse(iso) - nowMs) / 1000);
  return seconds > 0 ? durationText(seconds) : undefined;
}

/** A duration of whole seconds, at least one, in its two largest units. */
export function durationText(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}\u00a0${unit}`)
    .join(' ');
}

const MINUTE = 60;
const announced: readonly (readonly [number, string])[] = [
  [0, 'Bidding is over.'],
  [10, 'Less than 10 seconds left.'],
  [MINUTE, 'Less than a minute left.'],
  [5 * MINUTE, 'Less than 5 minutes left.'],
  [10 * MINUTE, 'Less than 10 minutes left.'],
];

/**
 * What a screen reader is told about the time left: the sentence changes only at thresholds, so nobody has to listen to each second.
 * Empty while more than ten minutes are left.
 */
export function timeLeftSentence(iso: string, nowMs: number): string {
  const seconds = (Date.parse(iso) - nowMs) / 1000;
  return announced.find(([threshold]) => seconds <= threshold)?.[1] ?? '';
}

/** True in the last minute. */
export function isUrgent(iso: string, nowMs: number): boolean {
  const left = Date.parse(iso) - nowMs;
  return left > 0 && left <= MINUTE * 1000;
}

const ago = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'long' });

/** How long ago an instant was, in its largest unit: "just now", "3 minutes ago". Undefined after a month: then the date says more. */
export function timeSince(iso: string, nowMs: number): string | undefined {
  const seconds = Math.floor((nowMs - Date.parse(iso)) / 1000);
  if (Number.isNaN(seconds) || seconds >= 30 * 86_400) return undefined;
  if (seconds < 45) return 'just now';
  if (seconds < 3_600) return ago.format(-Math.max(1, Math.floor(seconds / 60)), 'minute');
  if (seconds < 86_400) return ago.format(-Math.floor(seconds / 3_600), 'hour');
  return ago.format(-Math.floor(seconds / 86_400), 'day');
}
