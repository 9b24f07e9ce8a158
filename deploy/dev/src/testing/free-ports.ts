import { isPortFree } from '../infrastructure/native/server-ports.ts';

// Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a port between a kill and a restart,
// and below the range from which the private servers take their ports.
const LOWEST = 12_000;
const HIGHEST = 19_999;

/** A free loopback port for each name. */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const ports = new Map<Name, number>();
  const taken = new Set<number>();
  for (const name of names) {
    let port: number;
    do port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    while (taken.has(port) || !(await isPortFree(port)));
    taken.add(port);
    ports.set(name, port);
  }
  return Object.fromEntries(ports) as Record<Name, number>;
}
