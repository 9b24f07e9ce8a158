import type { Command } from 'commander';
import { type DeadLetterSummary, listDeadLettersIn, sourceOf } from '../../dead-letters/dead-letters.ts';
import { deadLetterDatabases } from '../../dead-letters/find-dead-letter.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatMoment } from '../../terminal/units.ts';

interface ListOptions {
  readonly group?: string;
  readonly settled?: boolean;
}

const SHOWN_CHARACTERS = 60;

export function define(verb: Command, run: Run): void {
  verb
    .description('Lists parked events, oldest first, each with the reason why its group could not handle it.')
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
        const found: DeadLetterSummary[] = [];
        for (const database of deadLetterDatabases(options.group))
          found.push(...(await listDeadLettersIn(session.pool(database), options)));
        output.answer(found, found.length === 0 ? 'Nothing is parked.' : formatList(found));
      }),
    );
}

function formatList(list: readonly DeadLetterSummary[]): string {
  return formatTable(
    ['ID', 'GROUP', 'SOURCE', 'TYPE', 'REASON', 'TRIES', 'STATUS', 'PARKED', 'ERROR'],
    list.map((each) => [
      each.id,
      each.group,
      sourceOf(each),
      each.type,
      each.reason,
      each.attempts,
      each.status,
      formatMoment(each.parkedAt),
      each.error.split('\n')[0]?.slice(0, SHOWN_CHARACTERS),
    ]),
  );
}
