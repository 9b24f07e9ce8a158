import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { createSignal, delayBefore, pause, startLoop, TimeoutError, withTimeout } from './resilience.ts';

describe('the delay before a retry', () => {
  const pace = { firstMs: 100, maxMs: 1_000 };

  it('doubles up to the longest delay, and up to half of it is subtracted', () => {
    const failures = [1, 2, 3, 4, 5, 900];
    const delays = (random: number) => failures.map((count) => delayBefore(count, pace, random));
    expect(delays(1)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(delays(0)).toEqual([50, 100, 200, 400, 500, 500]);
  });

  it('stays at the longest delay after any number of failures', () => {
    expect(delayBefore(900, pace)).toBeGreaterThanOrEqual(500);
    expect(delayBefore(1_000_000, pace)).toBeLessThanOrEqual(1_000);
  });
});

describe('a timeout', () => {
  it('returns the outcome of a promise that settles in time', async () => {
    expect(await withTimeout('work', 10_000, Promise.resolve(7))).toBe(7);
    await expect(withTimeout('work', 10_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('names what did not answer', async () => {
    const never = new Promise<void>(() => undefined);
    const late = withTimeout('opening a channel', 5, never);
    await expect(late).rejects.toThrow(new TimeoutError('opening a channel: no answer within 5 ms'));
  });
});

describe('a pause', () => {
  it('ends when it is aborted, and leaves no listener behind', async () => {
    const stopping = new AbortController();
    await pause(1, stopping.signal);
    const paused = pause(3_600_000, stopping.signal);
    stopping.abort();
    await paused;
    await pause(3_600_000, stopping.signal);
    expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(0);
  });
});

describe('a signal', () => {
  it('ends a wait, keeps a notification for the next wait, and keeps only one', async () => {
    const signal = createSignal();
    const waiting = signal.wait(3_600_000);
    signal.notify();
    await waiting;

    signal.notify();
    signal.notify();
    await signal.wait(3_600_000);
    const started = performance.now();
    await signal.wait(20);
    expect(performance.now() - started).toBeGreaterThan(15);
  });
});

describe('a loop', () => {
  it('continues after failures', async () => {
    let runs = 0;
    const loop = startLoop('test', async () => {
      runs++;
      if (runs === 1) throw new Error('the database is unavailable');
      return 1;
    });
    await vi.waitFor(() => expect(runs).toBeGreaterThan(3), { timeout: 20_000 });
    await loop.stop();
  });

  it('stops at once while it waits, and after the end of running work', async () => {
    const waiting = startLoop('test', async () => 3_600_000);
    await waiting.stop();

    const { promise, resolve } = Promise.withResolvers<void>();
    let ended = false;
    const working = startLoop('test', async () => {
      await promise;
      ended = true;
      return 3_600_000;
    });
    const stopped = working.stop().then(() => ended);
    resolve();
    expect(await stopped).toBe(true);
  });
});
