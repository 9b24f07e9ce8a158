import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { databases } from '@gavel/processes';
import { CommandFailure } from '../command-failure.ts';
import { type CommandLineConfig, databaseKey } from '../config.ts';

const servers = ['STREAM_URL', 'AMQP_URL', 'MANAGEMENT_URL', 'NATS_URL'] as const;

export type ConnectionName = (typeof servers)[number] | ReturnType<typeof databaseKey>;

/** What the command line may need to reach, by the name of its environment variable. */
export const connectionNames: readonly ConnectionName[] = [
  ...servers,
  ...databases.map(({ name }) => databaseKey(name)),
];

/** Where one system's servers answer, in order of precedence: flags, environment, the launcher's file. */
export interface Connections {
  /** Throws a CommandFailure that says how to tell it. */
  url(name: ConnectionName): string;
  /** Whether anybody told. */
  knows(name: ConnectionName): boolean;
  /** Which file was read, if one was. */
  readonly file: string | undefined;
}

const checkout = resolve(import.meta.dirname, '../../../..');

/**
 * Puts them together. The file is `connections.json` in the folder of `make up` (`.gavel/dev`, or `GAVEL_DEV_DIRECTORY`), or
 * the one that `GAVEL_CONNECTIONS` or `--connections` names; it is read only when something is not told otherwise.
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
  let kept: Readonly<Record<string, string>> | undefined;
  const find = (name: ConnectionName): string | undefined => {
    const told = flags[name] ?? config[name];
    if (told !== undefined) return told;
    kept ??= readFile(file);
    return kept[name];
  };
  return {
    file,
    knows: (name) => find(name) !== undefined,
    url(name) {
      const url = find(name);
      if (url !== undefined) return url;
      throw new CommandFailure(
        'unreachable',
        `${name} is not known: ${file} does not name it`,
        `Start the system (\`make up\`), or set ${name}, or give --${flagOf(name)}.`,
      );
    },
  };
}

/** `stream-url` for `STREAM_URL`. */
export function flagOf(name: ConnectionName): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function fromCheckout(file: string): string {
  return isAbsolute(file) ? file : join(checkout, file);
}

function readFile(file: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new CommandFailure(
      'failure',
      `${file} cannot be read: ${(error as Error).message}`,
      undefined,
      error,
    );
  }
}
