import { describe, expect, it } from 'vitest';
import { createHashTurns } from './hash-turns.ts';

describe('turns', () => {
  it('run at most so many at once, in order of arrival, and turn away what would wait too long', async () => {
    const turns = createHashTurns({ concurrency: 2, queue: 3 });
    const started: number[] = [];
    const gates = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
    const results = gates.map((gate, i) =>
      turns.take(async () => {
        started.push(i);
        await gate.promise;
        return i;
      }),
    );
    expect(await results[5]).toBeUndefined();
    expect(started).toEqual([0, 1]);
    gates[1]?.resolve();
    await results[1];
    await Promise.resolve();
    expect(started).toEqual([0, 1, 2]);
    for (const gate of gates) gate.resolve();
    expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4, undefined]);
    expect(await turns.take(async () => 'free again')).toBe('free again');
  });

  it('go on after work that failed', async () => {
    const turns = createHashTurns({ concurrency: 1, queue: 1 });
    const failing = turns.take(() => Promise.reject(new Error('broken')));
    const next = turns.take(async () => 'next');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });
});
