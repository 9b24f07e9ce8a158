import { Command, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { exitCodeHelp } from './command-failure.ts';
import { connectionNames, flagOf } from './connections/connection-names.ts';
import { lazyCommand, loadCommand } from './lazy-command.ts';
import { examples } from './terminal/example-help.ts';
import type { Run } from './terminal/run-command.ts';

/** The file of a command: it adds description, arguments, options, examples and action. */
interface CommandFile {
  readonly define: (verb: Command, run: Run) => void;
}

/** A command, or a noun with its verbs: `gavel streams …`. */
type Entry = readonly [
  name: string,
  summary: string,
  content: (() => Promise<CommandFile>) | readonly Entry[],
];

// Each command is one line here. Its file is loaded only when the command is called.
const streams: readonly Entry[] = [
  ['ls', 'every stream and its messages', () => import('./commands/streams/ls.ts')],
  ['show', 'the partitions of one stream', () => import('./commands/streams/show.ts')],
  ['peek', 'print some messages and stop', () => import('./commands/streams/peek.ts')],
  ['tail', 'print messages as they arrive', () => import('./commands/streams/tail.ts')],
  ['produce', 'publish events to a test stream', () => import('./commands/streams/produce.ts')],
];
const groups: readonly Entry[] = [
  ['ls', 'every consumer group and its lag', () => import('./commands/groups/ls.ts')],
  ['show', 'one group: its lag and its members', () => import('./commands/groups/show.ts')],
  ['seek', "move a group's checkpoints", () => import('./commands/groups/seek.ts')],
  ['export', 'the positions of a group, as JSON', () => import('./commands/groups/export.ts')],
  ['pause', 'stop a group from applying events', () => import('./commands/groups/pause.ts')],
  ['resume', 'let a paused group continue', () => import('./commands/groups/resume.ts')],
];
const deadLetters: readonly Entry[] = [
  ['ls', 'events that could not be handled', () => import('./commands/dead-letters/ls.ts')],
  ['show', 'one dead letter: event, error, stack, trace', () => import('./commands/dead-letters/show.ts')],
  ['redrive', 'pass parked events to their group again', () => import('./commands/dead-letters/redrive.ts')],
  [
    'edit-and-redrive',
    'correct a parked event, then redrive it',
    () => import('./commands/dead-letters/edit-and-redrive.ts'),
  ],
  ['discard', 'give up parked events', () => import('./commands/dead-letters/discard.ts')],
];
const outbox: readonly Entry[] = [
  ['status', 'every outbox: depth, age, position, relay', () => import('./commands/outbox/status.ts')],
  ['publish-again', 'publish events that were set aside', () => import('./commands/outbox/publish-again.ts')],
  ['dismiss', 'give up events that were set aside', () => import('./commands/outbox/dismiss.ts')],
  ['decisions', 'who published again or dismissed what, why', () => import('./commands/outbox/decisions.ts')],
];
const archive: readonly Entry[] = [
  ['ls', 'what is archived of each partition', () => import('./commands/archive/ls.ts')],
  ['verify', 'read every segment, compare its checksum', () => import('./commands/archive/verify.ts')],
];
const queues: readonly Entry[] = [
  ['ls', 'messages that no process takes', () => import('./commands/queues/ls.ts')],
  ['peek', 'print events that nobody subscribed to', () => import('./commands/queues/peek.ts')],
  ['empty', 'remove the messages of one queue', () => import('./commands/queues/empty.ts')],
];
const all: readonly Entry[] = [
  ['check', 'is anything wrong? for cron and monitors', () => import('./commands/check.ts')],
  ['top', 'the system live: bids, lag, outboxes', () => import('./commands/top.ts')],
  ['streams', 'the durable log: its partitions and messages', streams],
  ['groups', 'the consumers of events, and their lag', groups],
  ['replay', 'rebuild a projection, compare, swap', () => import('./commands/replay.ts')],
  ['archive', 'the history that outlives retention', archive],
  ['dead-letters', 'events that a group could not handle', deadLetters],
  ['queues', 'unrouted events and parked messages', queues],
  ['outbox', 'events on their way to the broker', outbox],
  ['refill', 'restore a lost stream from Postgres', () => import('./commands/refill.ts')],
  ['trace', 'the path of one event, with times', () => import('./commands/trace.ts')],
  ['connections', 'how gavel finds broker and databases', () => import('./commands/connections.ts')],
  ['completion', 'completion for bash, zsh or fish', () => import('./commands/completion.ts')],
];
/** What the completion scripts call. No help shows it. */
const hidden: Entry = ['__complete', '', () => import('./commands/complete-words.ts')];

/** The whole command line as a tree of commands. Nothing runs before it is asked to parse, with `parseAsync`. */
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
  for (const entry of all) gavel.addCommand(createCommand(entry, run));
  gavel
    .addCommand(createCommand(hidden, run), { hidden: true })
    .addHelpText(
      'after',
      examples(
        ['gavel check', 'is anything wrong?'],
        ['gavel top', 'watch the system'],
        ['gavel streams tail gavel.bids', 'watch events as they happen'],
        ['gavel groups ls', 'is any group behind?'],
        ['gavel dead-letters ls', 'what could not be handled?'],
        ['gavel trace EVENT_ID', 'where is this event?'],
      ),
    )
    .addHelpText('after', `\n${exitCodeHelp}`);
  return prepare(gavel, (text) => {
    // With --json the caller reports the error that is thrown.
    if (gavel.opts<{ json?: boolean }>().json !== true) process.stderr.write(text);
  });
}

function createCommand([name, summary, content]: Entry, run: Run): Command {
  if (typeof content === 'function') {
    return lazyCommand(name, summary, async () => {
      const { define } = await content();
      return (command) => define(command, run);
    });
  }
  const noun = new Command(name)
    .summary(summary)
    .description(`${summary.replace(/^./, (first) => first.toUpperCase())}.`);
  for (const entry of content) noun.addCommand(createCommand(entry, run));
  return noun;
}

/** What all commands have in common: errors are thrown instead of ending the process, and point to the help. */
function prepare(command: Command, writeErr: (text: string) => void): Command {
  command
    .exitOverride()
    .configureOutput({ writeErr })
    .showSuggestionAfterError()
    .showHelpAfterError('  → See --help, with examples.')
    // Arguments and options of a command are unknown until its file is loaded, so lists of commands show none.
    .configureHelp({ subcommandTerm: (each) => each.name() })
    .hook('preSubcommand', (_, called) => loadCommand(called));
  for (const each of command.commands) prepare(each, writeErr);
  if (command.commands.length > 0) command.helpCommand(false).addCommand(createHelpCommand(command));
  return command;
}

/** `help [command…]`. Commander's own prints the whole help for a command that does not exist, and does not say so. */
function createHelpCommand(of: Command): Command {
  return new Command('help')
    .argument('[command...]')
    .description('display help for command')
    .exitOverride()
    .action(async (words: readonly string[]) => {
      let shown = of;
      for (const word of words) {
        const next = shown.commands.find((each) => each.name() === word);
        if (next === undefined) return shown.error(`error: unknown command '${word}'`);
        shown = next;
      }
      await loadCommand(shown);
      return shown.help();
    });
}
