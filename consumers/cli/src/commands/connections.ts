import type { Command } from 'commander';
import { connectionNames, flagOf } from '../connections/connection-names.ts';

/** The help page about connections. */
export function define(verb: Command): void {
  verb
    .description(
      `Each address is taken from the first of these that has it: a flag, the environment, the file that \`make up\` writes
(.gavel/dev/connections.json; GAVEL_DEV_DIRECTORY moves the folder, GAVEL_CONNECTIONS or --connections names another file).

${connectionNames.map((name) => `  ${`--${flagOf(name)}`.padEnd(30)} ${name}`).join('\n')}

STREAM_URL and AMQP_URL name the virtual host in their path: rabbitmq-stream://user:password@host:5552/gavel
ARCHIVE_LOCATION is an absolute path, or s3://bucket?region=…&endpoint=…
PROCESS_URLS names the processes that \`gavel top\` asks: "bids=http://host:4002 relay-bids=http://host:4012"`,
    )
    .action(() => verb.help());
}
