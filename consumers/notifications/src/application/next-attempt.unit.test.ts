import { expect, it } from 'vitest';
import { afterInterruption, mailPolicy, nextAttempt } from './next-attempt.ts';

const createdAt = new Date(0);
const recipient = {};

it('a deferred mail is retried with growing delays, and then given up', () => {
  const waits = Array.from({ length: 10 }, (_, attempts) =>
    nextAttempt({ attempts, recipient, createdAt }, 'busy', mailPolicy, 0),
  ).map((next) => (next.kind === 'later' ? next.inMs / 1000 : next.kind));
  expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 'given-up']);
});

it('a mail without an address waits a day for it and uses up no attempt', () => {
  const mail = { attempts: 0, recipient: undefined, createdAt };
  expect(nextAttempt(mail, 'none', mailPolicy, 3_600_000)).toMatchObject({ kind: 'later', attempts: 0 });
  expect(nextAttempt(mail, 'none', mailPolicy, 25 * 3_600_000)).toMatchObject({ kind: 'given-up' });
});

it('a mail during which the server drops the connection uses up an attempt every third time', () => {
  const after = (times: number) =>
    afterInterruption({ attempts: 1, recipient, createdAt }, times, 'closed', mailPolicy, 0);
  expect([1, 2, 3].map(after)).toMatchObject([
    { inMs: 60_000, attempts: 1 },
    { inMs: 60_000, attempts: 1 },
    { inMs: 60_000, attempts: 2 },
  ]);
});
