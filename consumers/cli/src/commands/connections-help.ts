import { Command } from 'commander';
import { connectionNames, flagOf } from '../connections/connections.ts';

/** A page of help about where the command line finds things. */
export function explainConnections(): Command {
  return new Command('connections')
    .summary('how gavel finds broker and databases')
    .description(
      `Each address is taken from the first that tells it: a flag, the environment, the file that \`make up\` writes
(.gavel/dev/connections.json; GAVEL_DEV_DIRECTORY moves the folder, GAVEL_CONNECTIONS or --connections names another file).

${connectionNames.map((name) => `  ${`--${flagOf(name)}`.padEnd(30)} ${name}`).join('\n')}

STREAM_URL and AMQP_URL name the virtual host in their path: rabbitmq-stream://user:password@host:5552/gavel`,
    )
    .action((_, command: Command) => command.help());
}
