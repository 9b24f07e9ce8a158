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

// Below Linux's ephemeral range (32768 and up): between a kill -9 and the restart no outgoing connection can take it.
const lowest = 20_000;
const highest = 32_000;
/** More than one set of servers needs, and few enough that concurrent launchers seldom share a range. */
const RANGE = 24;
// A server binds its port seconds after the probe, so a port that was given out once is not given out again.
const givenByThisProcess = new Set<number>();

export type ServerPorts = Readonly<Record<PortName, number>>;

/** Whether nothing listens on that loopback port. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * Chooses the servers' ports: forced ones, else those of the last start in this home, else preferred ones, else any
 * free one. The choice is kept in `ports.json`.
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
    if (taken.has(port) || givenByThisProcess.has(port) || !(await isPortFree(port))) continue;
    givenByThisProcess.add(port);
    return port;
  }
  throw new RangeError('port candidates never end');
}

/** Ports in the order in which a launcher tries them: a range of its process's own, then any, without end. */
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

/** The failure of a port that must be had and is not free, naming who holds it where that can be known. */
export async function portBusy(name: string, port: number): Promise<LaunchError> {
  const holder = await portHolder(port);
  return new LaunchError('port-busy', `Port ${port} for ${name} is held by ${holder ?? 'another process'}.`, {
    wayOut: `End that process, or choose another port: ${portKey(name)}=${port + 1000} make up`,
  });
}

/** Who listens on a TCP port, as `name (pid 123)`; undefined when this user may not know or `ss` is missing. */
async function portHolder(port: number): Promise<string | undefined> {
  const result = await execa('ss', ['-ltnpH', `sport = :${port}`], { reject: false });
  if (result.failed) return undefined;
  const match = /users:\(\("([^"]+)",pid=(\d+)/.exec(result.stdout);
  return match === null ? undefined : `${match[1]} (pid ${match[2]})`;
}
