import { isAbsolute, join } from 'node:path';
import { type ProcessName, processes } from '@gavel/processes';
import { z } from 'zod';
import type { PortName } from './infrastructure/infrastructure.ts';
import { portKey } from './infrastructure/native/server-ports.ts';
import { LaunchError } from './launch-error.ts';
import { gavelDirectory, projectRoot } from './project-root.ts';

/** The environment of this process. Nothing else in the launcher reads `process.env`. */
export const environment: NodeJS.ProcessEnv = process.env;

const processPorts = Object.fromEntries(processes.map(({ name, port }) => [name, port])) as Record<
  ProcessName,
  number
>;

const serverPorts: Record<PortName, number> = {
  postgres: 4432,
  redis: 4379,
  amqp: 4672,
  stream: 4552,
  management: 4671,
  prometheus: 4692,
  epmd: 4370,
  distribution: 4625,
  nats: 4722,
};

export interface DevConfig {
  /** The data folder: data, logs, secrets and state of this system. */
  readonly directory: string;
  readonly processPorts: Readonly<Record<ProcessName, number>>;
  /** Used when free; otherwise another free port is chosen. */
  readonly preferredServerPorts: Readonly<Record<PortName, number>>;
  /** Ports from the environment. It is an error when one of them is busy. */
  readonly forcedServerPorts: Partial<Record<PortName, number>>;
  /** Whether NATS and the bridge to it run, too. */
  readonly nats: boolean;
}

const port = z.coerce.number().int().min(1).max(65_535);

/**
 * Reads `GAVEL_DEV_DIRECTORY`, `GAVEL_NATS` (1 or 0) and `GAVEL_PORT_<NAME>` (for each process and each listener of a server).
 * @throws one `bad-config` that names every invalid variable
 */
export function readDevConfig(env: NodeJS.ProcessEnv): DevConfig {
  const names = [...Object.keys(processPorts), ...Object.keys(serverPorts)];
  const shape = Object.fromEntries(names.map((name) => [portKey(name), port.optional()]));
  const result = z
    .object({
      ...shape,
      GAVEL_DEV_DIRECTORY: z.string().min(1).optional(),
      GAVEL_NATS: z.enum(['0', '1']).optional(),
    })
    .safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new LaunchError('bad-config', `These environment variables are invalid:\n  ${lines.join('\n  ')}`, {
      wayOut: 'A port is a whole number from 1 to 65535; GAVEL_NATS is 1 or 0.',
    });
  }
  const data = result.data as Record<string, number | string | undefined>;
  const directory = String(data.GAVEL_DEV_DIRECTORY ?? join(gavelDirectory, 'dev'));
  return {
    directory: isAbsolute(directory) ? directory : join(projectRoot, directory),
    processPorts: withChosen(processPorts, data),
    preferredServerPorts: serverPorts,
    nats: data.GAVEL_NATS === '1',
    forcedServerPorts: Object.fromEntries(
      Object.keys(serverPorts).flatMap((name) =>
        data[portKey(name)] === undefined ? [] : [[name, Number(data[portKey(name)])]],
      ),
    ),
  };
}

function withChosen<Name extends string>(defaults: Record<Name, number>, data: Record<string, unknown>) {
  const entries = Object.entries<number>(defaults).map(([name, value]) => [
    name,
    data[portKey(name)] ?? value,
  ]);
  return Object.fromEntries(entries) as Record<Name, number>;
}
