const format = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** An instant for people, in UTC and saying so; the text itself when it is no instant. */
export function instantText(iso: string): string {
  const instant = Date.parse(iso);
  return Number.isNaN(instant) ? iso : `${format.format(instant)} UTC`;
}

/** How long until an instant, in its two largest units: "2 d 5 h", "3 min 10 s", with spaces that no line breaks at; undefined when it has passed. */
export function timeLeft(iso: string, nowMs: number): string | undefined {
  const seconds = Math.floor((Date.parse(iso) - nowMs) / 1000);
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
