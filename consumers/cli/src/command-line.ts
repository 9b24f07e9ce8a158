import { Command, Option } from 'commander';
import { completeWords, printCompletion } from './commands/completion.ts';
import { explainConnections } from './commands/connections-help.ts';
import { discardDeadLetters } from './commands/dead-letters/discard.ts';
import { listDeadLetters } from './commands/dead-letters/ls.ts';
import { redriveDeadLetters } from './commands/dead-letters/redrive.ts';
import { showDeadLetter } from './commands/dead-letters/show.ts';
import { listGroups } from './commands/groups/ls.ts';
import { pauseConsumers } from './commands/groups/pause.ts';
import { resumeConsumers } from './commands/groups/resume.ts';
import { seekGroup } from './commands/groups/seek.ts';
import { showGroup } from './commands/groups/show.ts';
import { showOutboxes } from './commands/outbox/status.ts';
import { refillStream } from './commands/refill.ts';
import { replayGroup } from './commands/replay.ts';
import { listStreams } from './commands/streams/ls.ts';
import { peekStream } from './commands/streams/peek.ts';
import { showStream } from './commands/streams/show.ts';
import { tailStream } from './commands/streams/tail.ts';
import { traceEvent } from './commands/trace.ts';
import { connectionNames, flagOf } from './connections/connections.ts';
import { exitCodeHelp } from './exit-codes.ts';
import { examples } from './terminal/example-help.ts';
import type { Run } from './terminal/run-command.ts';

/** The whole command line as a tree; nothing in it runs by itself. */
export function createCommandLine(run: Run): Command {
  const gavel = new Command('gavel')
    .description("Work the log: look into streams, move groups' places, replay, redrive, refill, trace.")
    .option('--json', 'answer in JSON, for programs')
    .option('--connections <file>', 'JSON file that says where things are');
  for (const name of connectionNames) {
    const option = new Option(`--${flagOf(name)} <url>`, `instead of ${name}`);
    gavel.addOption(option.helpGroup('Connections (`gavel help connections`):'));
  }
  const streams = [listStreams(run), showStream(run), peekStream(run), tailStream(run)];
  const groups = [listGroups(run), showGroup(run), seekGroup(run), pauseConsumers(run), resumeConsumers(run)];
  const letters = [
    listDeadLetters(run),
    showDeadLetter(run),
    redriveDeadLetters(run),
    discardDeadLetters(run),
  ];
  return gavel
    .addCommand(noun('streams', 'the durable log: what is in it', streams))
    .addCommand(noun('groups', 'who reads the streams, and how far they are', groups))
    .addCommand(replayGroup(run))
    .addCommand(noun('dead-letters', 'events that a group could not handle', letters))
    .addCommand(noun('outbox', 'events on their way to the broker', [showOutboxes(run)]))
    .addCommand(refillStream(run))
    .addCommand(traceEvent(run))
    .addCommand(explainConnections())
    .addCommand(printCompletion())
    .addCommand(completeWords(gavel), { hidden: true })
    .addHelpText(
      'after',
      examples(
        ['gavel streams tail gavel.bids', 'watch events as they happen'],
        ['gavel groups ls', 'is anybody behind?'],
        ['gavel dead-letters ls', 'what could not be handled?'],
        ['gavel trace EVENT_ID', 'where is this event?'],
      ),
    )
    .addHelpText('after', `\n${exitCodeHelp}`);
}

function noun(name: string, summary: string, verbs: readonly Command[]): Command {
  const command = new Command(name)
    .summary(summary)
    .description(`${summary.replace(/^./, (first) => first.toUpperCase())}.`);
  for (const verb of verbs) command.addCommand(verb);
  return command;
}
