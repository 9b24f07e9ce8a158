import { describe, expect, it } from 'vitest';
import { portCandidates } from './server-ports.ts';

const firstOf = (pid: number, count: number) => [...portCandidates(pid).take(count)];

describe('the ports that a launcher tries', () => {
  it('begin with a range that differs between launchers that start at about the same time', () => {
    const ports = Array.from({ length: 100 }, (_, i) => firstOf(4_242 + i, 24)).flat();
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('continue when the range is used up, and stay below the ports of outgoing connections', () => {
    for (const pid of [1, 499, 500, 4_194_304]) {
      for (const port of firstOf(pid, 200)) {
        expect(port).toBeGreaterThanOrEqual(20_000);
        expect(port).toBeLessThan(32_000);
      }
    }
  });
});
