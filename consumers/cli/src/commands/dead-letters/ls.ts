import { Command } from 'commander';
import { letterDatabases, requireLetterOwner } from '../../dead-letters/letter-owners.ts';
import { type LetterLine, listLetters, placeOf } from '../../dead-letters/letters.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatMoment } from '../../terminal/units.ts';

interface ListOptions {
  readonly group?: string;
  readonly settled?: boolean;
}

const SHOWN = 60;

export function listDeadLetters(run: Run): Command {
  return new Command('ls')
    .summary('events that could not be handled')
    .description('Lists parked events, oldest first, each with the reason why its group gave up on it.')
    .option('--group <group>', 'only those of one group')
    .option('--settled', 'also those that were redriven or discarded')
    .addHelpText(
      'after',
      examples(
        ['gavel dead-letters ls', 'what is parked now'],
        ["gavel dead-letters ls --json | jq -r '.[].eventId'", 'for a script'],
      ),
    )
    .action((options: ListOptions, command: Command) =>
      run(command, async ({ session, output }) => {
        const databases =
          options.group === undefined ? letterDatabases : [requireLetterOwner(options.group).database];
        const letters: LetterLine[] = [];
        for (const database of databases)
          letters.push(...(await listLetters(session.pool(database), options)));
        output.answer(
          letters,
          letters.length === 0
            ? 'Nothing is parked.'
            : formatTable(
                ['ID', 'GROUP', 'PLACE', 'TYPE', 'REASON', 'TRIES', 'STATUS', 'PARKED', 'ERROR'],
                letters.map((each) => [
                  each.id,
                  each.group,
                  placeOf(each),
                  each.type,
                  each.reason,
                  each.attempts,
                  each.status,
                  formatMoment(each.parkedAt),
                  each.error.split('\n')[0]?.slice(0, SHOWN),
                ]),
              ),
        );
      }),
    );
}
