import { vi } from 'vitest';

/** Waits until `check` passes. The limit is long, so that a busy machine does not fail a test. */
export function eventually<T>(check: () => T | Promise<T>, timeout = 40_000): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 25 });
}
