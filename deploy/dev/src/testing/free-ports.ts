import { environment } from '../config.ts';
import { isPortFree } from '../infrastructure/native/server-ports.ts';

// Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a port between a kill and a restart,
// and below the range from which the private servers take their ports.
const LOWEST = 12_000;
const HIGHEST = 19_999;
// Test files that run at once take their ports from different parts, because a port is free until the process that got it listens.
const PARTS = 4;

/** A free loopback port for each name. */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const ports = new Map<Name, number>();
  const taken = new Set<number>();
  const size = Math.floor((HIGHEST - LOWEST) / PARTS);
  const lowest = LOWEST + (Number(environment.VITEST_POOL_ID ?? 0) % PARTS) * size;
  for (const name of names) {
    let port: number;
    do port = lowest + Math.floor(Math.random() * size);
    while (taken.has(port) || !(await isPortFree(port)));
    taken.add(port);
    ports.set(name, port);
  }
  return Object.fromEntries(ports) as Record<Name, number>;
}
