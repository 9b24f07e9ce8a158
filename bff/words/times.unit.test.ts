import { expect, it } from 'vitest';
import { dateText, isUrgent, localText, timeLeft, timeLeftSentence, timeSince } from './times.ts';

const end = '2026-01-02T03:04:05.000Z';
const left = (seconds: number) => timeLeft(end, Date.parse(end) - seconds * 1000)?.replaceAll('\u00a0', ' ');

it.each([
  [3 * 86_400 + 5 * 3600 + 59, '3 d 5 h'],
  [86_400, '1 d'],
  [86_399, '23 h 59 min'],
  [3600, '1 h'],
  [3599.5, '1 h'],
  [61, '1 min 1 s'],
  [60, '1 min'],
  [59, '59 s'],
  [1.5, '2 s'],
  [0.001, '1 s'],
  [0, undefined],
  [-5, undefined],
])('%d seconds before the end, the time left is %s', (seconds, text) => {
  expect(left(seconds)).toBe(text);
});

it('the time left of a text that is not a date is undefined', () => {
  expect(timeLeft('soon', 0)).toBeUndefined();
});

it.each([
  [601, ''],
  [600, 'Less than 10 minutes left.'],
  [301, 'Less than 10 minutes left.'],
  [300, 'Less than 5 minutes left.'],
  [60, 'Less than a minute left.'],
  [11, 'Less than a minute left.'],
  [10, 'Less than 10 seconds left.'],
  [0.1, 'Less than 10 seconds left.'],
  [0, 'Bidding is over.'],
])('%d seconds before the end, a screen reader is told "%s"', (seconds, sentence) => {
  expect(timeLeftSentence(end, Date.parse(end) - seconds * 1000)).toBe(sentence);
});

it('only the last minute is urgent', () => {
  const urgent = [61, 60, 1, 0].map((seconds) => isUrgent(end, Date.parse(end) - seconds * 1000));
  expect(urgent).toEqual([false, true, true, false]);
});

it('a time of the viewer names its zone, and a text that is not a date stays as it is', () => {
  const [zone] = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' })
    .formatToParts(Date.parse(end))
    .filter(({ type }) => type === 'timeZoneName');
  expect(localText(end)).toContain('2026');
  expect(localText(end)).toContain(zone?.value);
  expect(localText('soon')).toBe('soon');
});

it('a date without its time is that of its zone', () => {
  expect(dateText('2026-01-02T03:04:05Z', 'UTC')).toBe('2 Jan 2026');
  expect(dateText(end, 'local')).toContain('2026');
  expect(dateText('soon', 'UTC')).toBe('soon');
});

it.each([
  [-5, 'just now'],
  [44, 'just now'],
  [45, '1 minute ago'],
  [150, '2 minutes ago'],
  [3_599, '59 minutes ago'],
  [7_200, '2 hours ago'],
  [86_400, '1 day ago'],
  [30 * 86_400, undefined],
])('%d seconds after an instant, it was %s', (seconds, text) => {
  expect(timeSince(end, Date.parse(end) + seconds * 1000)).toBe(text);
});
