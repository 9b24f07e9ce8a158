import { describe, expect, it } from 'vitest';
import { createHashQueue } from './argon2-passwords.ts';

describe('the hash queue', () => {
  it('runs a limited number at the same time, in order of arrival, and rejects calls beyond its length', async () => {
    const hashQueue = createHashQueue({ concurrency: 2, queue: 3 });
    const started: number[] = [];
    const gates = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
    const results = gates.map((gate, i) =>
      hashQueue.run(async () => {
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
    expect(await hashQueue.run(async () => 'free again')).toBe('free again');
  });

  it('continues after work that failed', async () => {
    const hashQueue = createHashQueue({ concurrency: 1, queue: 1 });
    const failing = hashQueue.run(() => Promise.reject(new Error('broken')));
    const next = hashQueue.run(async () => 'next');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });
});
