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

/**
 * The time until an instant, in its two largest units: "2 d 5 h", "3 min 10 s". A second that has begun counts as whole, so
 * "1 s" is shown until the instant. No line breaks between a number and its unit. Undefined when the instant has passed.
 */
export function timeLeft(iso: string, nowMs: number): string | undefined {
  const seconds = Math.ceil((Date.parse(iso) - nowMs) / 1000);
  if (!(seconds > 0)) return undefined;
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
