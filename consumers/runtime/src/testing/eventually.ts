import { vi } from 'vitest';

/** Waits until `check` passes: long, as a loaded machine is no reason for a red test, and no longer than it takes. */
export function eventually<T>(check: () => T | Promise<T>, timeout = 40_000): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 25 });
}
