import { Command, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { exitCodeHelp } from './command-failure.ts';
import { checkAll } from './commands/check.ts';
import { completeWords, printCompletion } from './commands/completion.ts';
import { discardDeadLetters } from './commands/dead-letters/discard.ts';
import { listDeadLetters } from './commands/dead-letters/ls.ts';
import { redriveDeadLetters } from './commands/dead-letters/redrive.ts';
import { showDeadLetter } from './commands/dead-letters/show.ts';
import { listGroups } from './commands/groups/ls.ts';
import { pauseConsumers, resumeConsumers } from './commands/groups/pause.ts';
import { seekGroup } from './commands/groups/seek.ts';
import { showGroup } from './commands/groups/show.ts';
import { showOutboxes } from './commands/outbox.ts';
import { refillStream } from './commands/refill.ts';
import { replayGroup } from './commands/replay.ts';
import { listStreams } from './commands/streams/ls.ts';
import { peekStream } from './commands/streams/peek.ts';
import { showStream } from './commands/streams/show.ts';
import { tailStream } from './commands/streams/tail.ts';
import { traceEvent } from './commands/trace.ts';
import { connectionNames, explainConnections, flagOf } from './connections/connections.ts';
import { examples } from './terminal/example-help.ts';
import type { Run } from './terminal/run-command.ts';

/** The whole command line as a tree of commands. Nothing runs before it is asked to parse. */
export function createCommandLine(run: Run): Command {
  const gavel = new Command('gavel')
    .description('Inspects and repairs the event log: streams, consumer groups, dead letters, outboxes.')
    .version(manifest.version)
    .option('--json', 'answer in JSON, for programs')
    .option('--connections <file>', 'JSON file with the addresses of the servers');
  for (const name of connectionNames) {
    const option = new Option(`--${flagOf(name)} <url>`, `overrides ${name}`);
    gavel.addOption(option.helpGroup('Connections (`gavel help connections`):'));
  }
  const streams = [listStreams(run), showStream(run), peekStream(run), tailStream(run)];
  const groups = [listGroups(run), showGroup(run), seekGroup(run), pauseConsumers(run), resumeConsumers(run)];
  const deadLetters = [
    listDeadLetters(run),
    showDeadLetter(run),
    redriveDeadLetters(run),
    discardDeadLetters(run),
  ];
  gavel
    .addCommand(checkAll(run))
    .addCommand(createNoun('streams', 'the durable log: its partitions and messages', streams))
    .addCommand(createNoun('groups', 'the consumers of events, and their lag', groups))
    .addCommand(replayGroup(run))
    .addCommand(createNoun('dead-letters', 'events that a group could not handle', deadLetters))
    .addCommand(createNoun('outbox', 'events on their way to the broker', [showOutboxes(run)]))
    .addCommand(refillStream(run))
    .addCommand(traceEvent(run))
    .addCommand(explainConnections())
    .addCommand(printCompletion())
    .addCommand(completeWords(gavel), { hidden: true })
    .addHelpText(
      'after',
      examples(
        ['gavel check', 'is anything wrong?'],
        ['gavel streams tail gavel.bids', 'watch events as they happen'],
        ['gavel groups ls', 'is any group behind?'],
        ['gavel dead-letters ls', 'what could not be handled?'],
        ['gavel trace EVENT_ID', 'where is this event?'],
      ),
    )
    .addHelpText('after', `\n${exitCodeHelp}`);
  return prepare(gavel);
}

/** A command that only groups its verbs: `gavel streams …`. */
function createNoun(name: string, summary: string, verbs: readonly Command[]): Command {
  const command = new Command(name)
    .summary(summary)
    .description(`${summary.replace(/^./, (first) => first.toUpperCase())}.`);
  for (const verb of verbs) command.addCommand(verb);
  return command;
}

/** What all commands have in common: errors are thrown instead of ending the process, and point to the help. */
function prepare(command: Command): Command {
  command.exitOverride().showSuggestionAfterError().showHelpAfterError('  → See --help, with examples.');
  command.description(joinLines(command.description()));
  for (const each of command.commands) prepare(each);
  if (command.commands.length > 0) command.helpCommand(false).addCommand(createHelpCommand(command));
  return command;
}

/** `help [command…]`. Commander's own prints the whole help for a command that does not exist, and does not say so. */
function createHelpCommand(of: Command): Command {
  return new Command('help')
    .argument('[command...]')
    .description('display help for command')
    .exitOverride()
    .action((words: readonly string[]) => {
      let shown = of;
      for (const word of words) {
        const next = shown.commands.find((each) => each.name() === word);
        if (next === undefined) return shown.error(`error: unknown command '${word}'`);
        shown = next;
      }
      return shown.help();
    });
}

/** Puts each paragraph on one line, because Commander wraps the help to the terminal. Indented lines stay as they are. */
function joinLines(text: string): string {
  return text.replaceAll(/([^\n])\n(?=[^\s])/g, '$1 ');
}
