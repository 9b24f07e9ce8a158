import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { CommandFailure } from '../command-failure.ts';
import type { CommandLineConfig } from '../config.ts';
import { type ConnectionName, flagOf } from './connection-names.ts';

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
