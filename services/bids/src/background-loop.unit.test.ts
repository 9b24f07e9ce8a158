import { describe, expect, it, vi } from 'vitest';
import { startBackgroundLoop } from './background-loop.ts';

describe('a background loop', () => {
  it('goes on after failures', async () => {
    let runs = 0;
    const loop = startBackgroundLoop('test', async () => {
      runs++;
      if (runs === 1) throw new Error('the database is away');
      return 1;
    });
    await vi.waitFor(() => expect(runs).toBeGreaterThan(3), { timeout: 20_000 });
    await loop.stop();
  });

  it('stops at once while it waits, and after the work while it works', async () => {
    const waiting = startBackgroundLoop('test', async () => 3_600_000);
    await waiting.stop();

    const { promise, resolve } = Promise.withResolvers<void>();
    let ended = false;
    const working = startBackgroundLoop('test', async () => {
      await promise;
      ended = true;
      return 3_600_000;
    });
    const stopped = working.stop().then(() => ended);
    resolve();
    expect(await stopped).toBe(true);
  });
});
