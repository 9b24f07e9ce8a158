import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { LaunchError } from '../../launch-error.ts';
import type { InfrastructureOptions, PortName } from '../infrastructure.ts';

const names: readonly PortName[] = [
  'postgres',
  'redis',
  'amqp',
  'stream',
  'management',
  'prometheus',
  'epmd',
  'distribution',
  'nats',
];

// Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a port between a kill and a restart.
const lowest = 20_000;
const highest = 32_000;
/** More ports than one set of servers needs, and few enough that concurrent launchers rarely share a range. */
const RANGE = 24;
// A server binds its port seconds after the probe, so this process never chooses the same port twice.
const chosenBefore = new Set<number>();

export type ServerPorts = Readonly<Record<PortName, number>>;

/** Whether nothing listens on this loopback port. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * Chooses a port for each server: the forced one, or else the first free one of the port of the last start, the preferred
 * port and any other. Stores the choice in `ports.json`.
 * @throws `port-busy` when a forced port is not free
 */
export async function chooseServerPorts(home: string, options: InfrastructureOptions): Promise<ServerPorts> {
  const file = join(home, 'ports.json');
  const last = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<
    Record<PortName, number>
  >;
  const taken = new Set<number>();
  const chosen: Partial<Record<PortName, number>> = {};
  for (const name of names) {
    const forced = options.forcedPorts?.[name];
    if (forced !== undefined && !(await isPortFree(forced))) throw await portBusy(name, forced);
    const port = forced ?? (await firstFree([last[name], options.preferredPorts?.[name]], taken));
    taken.add(port);
    chosen[name] = port;
  }
  await writeFile(file, `${JSON.stringify(chosen)}\n`);
  return chosen as ServerPorts;
}

async function firstFree(
  wanted: readonly (number | undefined)[],
  taken: ReadonlySet<number>,
): Promise<number> {
  for (const port of wanted) {
    if (port !== undefined && !taken.has(port) && (await isPortFree(port))) return port;
  }
  for (const port of portCandidates(process.pid)) {
    if (taken.has(port) || chosenBefore.has(port) || !(await isPortFree(port))) continue;
    chosenBefore.add(port);
    return port;
  }
  throw new RangeError('the list of port candidates ended, although it is infinite');
}

/** Ports in the order in which a launcher tries them: first the range of its process, then random ones, without a limit. */
export function* portCandidates(pid: number): Generator<number, undefined> {
  const ranges = Math.floor((highest - lowest) / RANGE);
  const first = lowest + (pid % ranges) * RANGE;
  for (let port = first; port < first + RANGE; port += 1) yield port;
  for (;;) yield lowest + Math.floor(Math.random() * (highest - lowest));
}

/** The environment variable that moves a port: `GAVEL_PORT_USER_STATS` for `user-stats`. */
export function portKey(name: string): string {
  return `GAVEL_PORT_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The error for a required port that is not free. It names the process that uses the port, when that can be found out. */
export async function portBusy(name: string, port: number): Promise<LaunchError> {
  const holder = await portHolder(port);
  return new LaunchError('port-busy', `Port ${port} for ${name} is held by ${holder ?? 'another process'}.`, {
    wayOut: `Stop that process, or choose another port: ${portKey(name)}=${port + 1000} make up`,
  });
}

/** The process that listens on a TCP port, as `name (pid 123)`. Undefined when this user may not see it or `ss` is missing. */
async function portHolder(port: number): Promise<string | undefined> {
  const result = await execa('ss', ['-ltnpH', `sport = :${port}`], { reject: false });
  if (result.failed) return undefined;
  const match = /users:\(\("([^"]+)",pid=(\d+)/.exec(result.stdout);
  return match === null ? undefined : `${match[1]} (pid ${match[2]})`;
}
