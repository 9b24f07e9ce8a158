import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { databases } from '@gavel/processes';
import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { type CommandLineConfig, databaseKey } from '../config.ts';

const servers = ['STREAM_URL', 'AMQP_URL', 'MANAGEMENT_URL', 'NATS_URL'] as const;

export type ConnectionName = (typeof servers)[number] | ReturnType<typeof databaseKey>;

/** The servers that a command may connect to, by the name of their environment variable. */
export const connectionNames: readonly ConnectionName[] = [
  ...servers,
  ...databases.map(({ name }) => databaseKey(name)),
];

/** The addresses of one system's servers. */
export interface Connections {
  /** Throws a CommandFailure that says how to set the address. */
  url(name: ConnectionName): string;
  /** Whether the address is known. */
  knows(name: ConnectionName): boolean;
}

const checkout = resolve(import.meta.dirname, '../../../..');

/**
 * Combines the sources of addresses, in this order of precedence: flags, environment, file. The file is `connections.json` in the
 * folder of `make up` (`.gavel/dev`, or `GAVEL_DEV_DIRECTORY`), or the one that `--connections` or `GAVEL_CONNECTIONS`
 * names. It is read only when an address is in neither flags nor environment.
 */
export function findConnections(
  flags: Partial<Record<ConnectionName | 'file', string>>,
  config: CommandLineConfig,
): Connections {
  const file = fromCheckout(
    flags.file ??
      config.GAVEL_CONNECTIONS ??
      join(config.GAVEL_DEV_DIRECTORY ?? '.gavel/dev', 'connections.json'),
  );
  let content: Readonly<Record<string, string>> | undefined;
  const find = (name: ConnectionName): string | undefined => {
    const given = flags[name] ?? config[name];
    if (given !== undefined) return given;
    content ??= readFile(file);
    return content[name];
  };
  return {
    knows: (name) => find(name) !== undefined,
    url(name) {
      const url = find(name);
      if (url !== undefined) return url;
      throw new CommandFailure(
        'unreachable',
        `${name} is unknown: it is not in ${file}`,
        `Start the system (\`make up\`), or set ${name}, or give --${flagOf(name)}.`,
      );
    },
  };
}

/** `stream-url` for `STREAM_URL`. */
export function flagOf(name: ConnectionName): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** The help page about connections. */
export function explainConnections(): Command {
  return new Command('connections')
    .summary('how gavel finds the broker and the databases')
    .description(
      `Each address is taken from the first of these that has it: a flag, the environment, the file that \`make up\` writes
(.gavel/dev/connections.json; GAVEL_DEV_DIRECTORY moves the folder, GAVEL_CONNECTIONS or --connections names another file).

${connectionNames.map((name) => `  ${`--${flagOf(name)}`.padEnd(30)} ${name}`).join('\n')}

STREAM_URL and AMQP_URL name the virtual host in their path: rabbitmq-stream://user:password@host:5552/gavel`,
    )
    .action((_, command: Command) => command.help());
}

function fromCheckout(file: string): string {
  return isAbsolute(file) ? file : join(checkout, file);
}

function readFile(file: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    const problem = error instanceof Error ? error.message : String(error);
    throw new CommandFailure('failure', `${file} cannot be read: ${problem}`, undefined, error);
  }
}
