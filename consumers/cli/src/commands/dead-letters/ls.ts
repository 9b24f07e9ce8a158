import { type Command, InvalidArgumentError } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import type { Session } from '../../connections/session.ts';
import {
  type DeadLetterFilter,
  type DeadLetterSummary,
  listDeadLettersIn,
  sourceOf,
} from '../../dead-letters/dead-letters.ts';
import { addFilterOptions, type FilterOptions, filterOf } from '../../dead-letters/filter-options.ts';
import { deadLetterDatabases, parseDeadLetterId } from '../../dead-letters/find-dead-letter.ts';
import { examples } from '../../terminal/example-help.ts';
import { parseLimit } from '../../terminal/parse-limit.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatMoment } from '../../terminal/units.ts';

/** A place in the list: the dead letter after which the next page starts. */
interface Place {
  readonly group: string;
  readonly id: bigint;
}

interface ListOptions extends FilterOptions {
  readonly settled?: boolean;
  readonly after?: Place;
  readonly limit: number;
}

const SHOWN_CHARACTERS = 60;
const PAGE = 100;

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Lists parked events, database by database and there oldest first, each with the reason why its group could not handle it. If there
are more, the last line (on stderr) says how to get the next page.`,
    )
    .option('--group <group>', 'only those of one group')
    .option('--settled', 'also those that were redriven or discarded');
  addFilterOptions(verb)
    .option('--after <group/id>', 'start after this one, as the page before says', parsePlace)
    .option('--limit <number>', 'at most this number', parseLimit, PAGE)
    .addHelpText(
      'after',
      examples(
        ['gavel dead-letters ls', 'what is parked now'],
        [
          'gavel dead-letters ls --reason handler_failed --since -1h',
          'what handlers failed on in the last hour',
        ],
        ['gavel dead-letters ls --after user-stats/100', 'the next page'],
        ["gavel dead-letters ls --json | jq -r '.[].eventId'", 'for a script'],
      ),
    )
    .action((options: ListOptions, command: Command) =>
      run(command, async ({ session, output }) => {
        const filter = { ...filterOf(options), settled: options.settled };
        // One more than is shown says whether there is another page.
        const found = await listPage(session, filter, options.after, options.limit + 1);
        const shown = found.slice(0, options.limit);
        output.answer(shown, shown.length === 0 ? 'Nothing is parked.' : formatList(shown));
        const last = shown.at(-1);
        if (found.length > shown.length && last !== undefined)
          output.remark(`There are more: add --after ${last.group}/${last.id}`);
      }),
    );
}

async function listPage(
  session: Session,
  filter: DeadLetterFilter,
  place: Place | undefined,
  limit: number,
): Promise<DeadLetterSummary[]> {
  const databases = deadLetterDatabases(filter.group);
  const start = place && deadLetterDatabases(place.group)[0];
  const from = start === undefined ? 0 : databases.indexOf(start);
  if (from === -1) {
    throw new CommandFailure(
      'usage',
      `--after names ${place?.group}, which is not in the database of ${filter.group}`,
    );
  }
  const found: DeadLetterSummary[] = [];
  for (const name of databases.slice(from)) {
    if (found.length >= limit) break;
    const after = name === start ? place?.id : undefined;
    found.push(
      ...(await listDeadLettersIn(session.pool(name), filter, { after, limit: limit - found.length })),
    );
  }
  return found;
}

function parsePlace(text: string): Place {
  const [, group, id] = /^([a-z][a-z0-9-]*)\/(\d+)$/.exec(text) ?? [];
  if (group !== undefined && id !== undefined) return { group, id: parseDeadLetterId(id) };
  throw new InvalidArgumentError('It must be a group and an id, for example user-stats/12.');
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
