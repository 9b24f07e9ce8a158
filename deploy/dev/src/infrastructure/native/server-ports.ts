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
 * @throws `port-busy` that names every forced port that is not free
 */
export async function chooseServerPorts(home: string, options: InfrastructureOptions): Promise<ServerPorts> {
  const file = join(home, 'ports.json');
  const last = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<
    Record<PortName, number>
  >;
  const forcedPorts = options.forcedPorts ?? {};
  await requireFreePorts(usedPorts(forcedPorts, options.nats ?? false));
  const taken = new Set<number>(Object.values(forcedPorts));
  const chosen: Partial<Record<PortName, number>> = {};
  for (const name of names) {
    const forced = forcedPorts[name];
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

export interface NamedPort {
  readonly name: string;
  readonly port: number;
}

/** The ports of the servers that are started. The port of NATS is not needed without NATS. */
export function usedPorts(ports: Partial<ServerPorts>, nats: boolean): NamedPort[] {
  return Object.entries(ports)
    .map(([name, port]) => ({ name, port }))
    .filter(({ name }) => nats || name !== 'nats');
}

/**
 * Checks that nothing listens on these ports, and that no two of them are equal.
 * @throws one `port-busy` that names every port that cannot be used, with the process that uses it when that can be found out
 */
export async function requireFreePorts(ports: readonly NamedPort[]): Promise<void> {
  const checked = await Promise.all(
    ports.map(async (each, index) => ({ each, reason: await conflict(ports, index) })),
  );
  const busy = checked.filter(({ reason }) => reason !== undefined);
  const [first] = busy;
  if (first === undefined) return;
  const keys = busy.map(({ each }) => `${portKey(each.name)}=${each.port + 1000}`);
  throw new LaunchError('port-busy', busy.map(({ reason }) => reason).join('\n  '), {
    wayOut:
      busy.length === 1
        ? `Choose another port (${keys[0]} make up), or stop the process that uses it.`
        : `Move all ports with GAVEL_PORT_BASE (its default is 3000), choose other ports (${keys.join(' ')} make up), or stop the processes that use them.`,
  });
}

/** Why the port at this index cannot be used, as a sentence. */
async function conflict(ports: readonly NamedPort[], index: number): Promise<string | undefined> {
  const { name, port } = ports[index] ?? { name: '', port: 0 };
  const same = ports.slice(0, index).find((other) => other.port === port);
  if (same !== undefined) return `Port ${port} for ${name} is also the port for ${same.name}.`;
  if (await isPortFree(port)) return undefined;
  return `Port ${port} for ${name} is held by ${(await portHolder(port)) ?? 'another process'}.`;
}

/** The process that listens on a TCP port, as `name (pid 123)`. Undefined when this user may not see it or `ss` is missing. */
async function portHolder(port: number): Promise<string | undefined> {
  const result = await execa('ss', ['-ltnpH', `sport = :${port}`], { reject: false });
  if (result.failed) return undefined;
  const match = /users:\(\("([^"]+)",pid=(\d+)/.exec(result.stdout);
  return match === null ? undefined : `${match[1]} (pid ${match[2]})`;
}
