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

/** The ports of Prometheus and Alertmanager. `prometheus` below is the port of RabbitMQ's own metrics. */
const monitoringPorts = { monitoring: 4790, alerts: 4793 };

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

/** The page of the mail catcher, and where it receives mails. */
const mailPorts = { mail: 4041, smtp: 4042 };

/** The base of the default ports, and the port of the web app. GAVEL_PORT_BASE replaces it. */
const defaultBase = processPorts.bff;
const highestOffset =
  Math.max(...Object.values({ ...processPorts, ...serverPorts, ...monitoringPorts, ...mailPorts })) -
  defaultBase;

export interface DevConfig {
  /** The data folder: data, logs, secrets and state of this system. */
  readonly directory: string;
  readonly processPorts: Readonly<Record<ProcessName, number>>;
  /** Used when free; otherwise another free port is chosen. The defaults. */
  readonly preferredServerPorts: Readonly<Record<PortName, number>>;
  /** Ports from the environment: all of them with GAVEL_PORT_BASE. It is an error when one of them is busy. */
  readonly forcedServerPorts: Partial<Record<PortName, number>>;
  readonly mailPorts: Readonly<typeof mailPorts>;
  /** Whether the mail catcher runs: unless SMTP_URL names another mail server. */
  readonly mail: boolean;
  /** Whether NATS and the bridge to it run, too. */
  readonly nats: boolean;
  /** The ports of Prometheus and Alertmanager when they run, too; undefined when they do not. */
  readonly monitoring: Readonly<typeof monitoringPorts> | undefined;
}

const port = z.coerce.number().int().min(1).max(65_535);

/**
 * Reads `GAVEL_DEV_DIRECTORY`, `GAVEL_NATS` and `GAVEL_OBSERVE` (1 or 0), `GAVEL_PORT_BASE` and `GAVEL_PORT_<NAME>` (for each process, each
 * listener of a server, and the mail catcher), and `SMTP_URL`. With a base every port is the base plus its default minus 3000. The port's
 * own variable goes first.
 * @throws one `bad-config` that names every invalid variable
 */
export function readDevConfig(env: NodeJS.ProcessEnv): DevConfig {
  const names = Object.keys({ ...processPorts, ...serverPorts, ...monitoringPorts, ...mailPorts });
  const shape = Object.fromEntries(names.map((name) => [portKey(name), port.optional()]));
  const result = z
    .object({
      ...shape,
      GAVEL_DEV_DIRECTORY: z.string().min(1).optional(),
      GAVEL_PORT_BASE: z.coerce
        .number()
        .int()
        .min(1)
        .max(65_535 - highestOffset)
        .optional(),
      GAVEL_NATS: z.enum(['0', '1']).optional(),
      GAVEL_OBSERVE: z.enum(['0', '1']).optional(),
    })
    .safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new LaunchError('bad-config', `These environment variables are invalid:\n  ${lines.join('\n  ')}`, {
      wayOut: `A port is a whole number from 1 to 65535, GAVEL_PORT_BASE at most ${65_535 - highestOffset}; GAVEL_NATS and GAVEL_OBSERVE are 1 or 0.`,
    });
  }
  const data = result.data as Record<string, number | string | undefined>;
  const directory = String(data.GAVEL_DEV_DIRECTORY ?? join(gavelDirectory, 'dev'));
  return {
    directory: isAbsolute(directory) ? directory : join(projectRoot, directory),
    processPorts: { ...processPorts, ...portsFrom(processPorts, data) },
    preferredServerPorts: serverPorts,
    mailPorts: { ...mailPorts, ...portsFrom(mailPorts, data) },
    mail: !env.SMTP_URL,
    nats: data.GAVEL_NATS === '1',
    monitoring:
      data.GAVEL_OBSERVE === '1' ? { ...monitoringPorts, ...portsFrom(monitoringPorts, data) } : undefined,
    forcedServerPorts: portsFrom(serverPorts, data),
  };
}

/** The ports that the environment chooses, with their own variable or with the base. */
function portsFrom<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
  data: Readonly<Record<string, unknown>>,
): Partial<Record<Name, number>> {
  const base = data.GAVEL_PORT_BASE;
  const moved = (value: number) => (base === undefined ? undefined : Number(base) + value - defaultBase);
  const entries = Object.entries<number>(defaults).map(([name, value]) => [
    name,
    data[portKey(name)] ?? moved(value),
  ]);
  return Object.fromEntries(entries.filter(([, port]) => port !== undefined)) as Partial<
    Record<Name, number>
  >;
}
