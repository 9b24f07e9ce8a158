import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let clock: typeof import('./server-clock.ts');

beforeEach(async () => {
  vi.resetModules();
  clock = await import('./server-clock.ts');
});
afterEach(() => void vi.restoreAllMocks());

/** Sets what the browser's own steady clock says. */
const at = (ms: number) => void vi.spyOn(performance, 'now').mockReturnValue(ms);

it('is late by the way of a message, and no longer when a round trip is known', () => {
  at(1_000);
  clock.learnServerTime(50_000 - 300);
  expect(clock.serverNow()).toBe(49_700);
  at(2_000);
  clock.learnServerTime(51_000 - 10, 1_980);
  expect(clock.serverNow()).toBe(51_000);
  expect(clock.isServerTimeKnown(10)).toBe(true);
  expect(clock.isServerTimeKnown(9)).toBe(false);
});

it('keeps what the shortest ways have said', () => {
  at(1_000);
  clock.learnServerTime(50_000 - 10, 980);
  at(3_000);
  clock.learnServerTime(52_000 - 900, 1_200);
  expect(clock.serverNow()).toBe(52_000);
});

it('follows a device that slept, and never goes back', () => {
  at(1_000);
  clock.learnServerTime(50_000, 1_000);
  at(2_000);
  clock.learnServerTime(651_000);
  expect(clock.serverNow()).toBe(651_000);
  clock.learnServerTime(600_000, 2_000);
  expect(clock.serverNow()).toBe(651_000);
});

it('is within 50 ms of the server’s on loopback, whatever the browser’s clock says', async () => {
  const server = createServer((_, response) => response.end(String(Date.now())));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // As a page does: it asks until the time is known well enough.
  await vi.waitFor(
    async () => {
      const askedAt = performance.now();
      const now = Number(await (await fetch(url)).text());
      clock.learnServerTime(now, askedAt);
      expect(clock.isServerTimeKnown(25)).toBe(true);
    },
    { timeout: 30_000 },
  );
  expect(Math.abs(clock.serverNow() - Date.now())).toBeLessThan(50);
  server.closeAllConnections();
  server.close();
});
