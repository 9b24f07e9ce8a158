import { type RedriveOutcome, redrive } from '@gavel/consumer-runtime/redrive';
import type { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import { listDeadLettersIn } from '../../dead-letters/dead-letters.ts';
import {
  deadLetterDatabases,
  findParkingGroup,
  parseDeadLetterIds,
  requireDeadLetter,
} from '../../dead-letters/find-dead-letter.ts';
import type { KnownGroup } from '../../groups/known-groups.ts';
import { examples } from '../../terminal/example-help.ts';
import type { CommandContext, Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';

interface RedriveOptions {
  readonly all?: boolean;
  readonly group?: string;
}

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Passes parked events to their group's handler again, each in its own transaction: the effect and the new status of the
dead letter commit together. An event that fails again stays parked with the new error. The group may be running meanwhile.
Notifications that result from it are shown in the web app and not mailed.

Exit code 1 if one of them could not be handled, 3 if one waits for an earlier event of its aggregate.`,
    )
    .argument('[id...]', 'ids from `gavel dead-letters ls`', parseDeadLetterIds)
    .option('--all', 'everything that is parked, oldest first')
    .option('--group <group>', 'only dead letters of one group')
    .addHelpText(
      'after',
      examples(
        ['gavel dead-letters redrive 12 13', 'after the handler was fixed'],
        ['gavel dead-letters redrive --all --group user-stats', 'all of one group'],
      ),
    )
    .action((ids: bigint[], options: RedriveOptions, command: Command) =>
      run(command, async (context) => {
        if (ids.length > 0 === (options.all === true)) {
          throw new CommandFailure(
            'usage',
            'give either ids of dead letters or --all',
            'See `gavel dead-letters redrive --help`.',
          );
        }
        const chosen = options.all
          ? await chooseAllParked(context, options.group)
          : await chooseById(context, ids, options.group);
        await redriveAll(context, chosen);
      }),
    );
}

type Result = { readonly id: bigint; readonly group: string } & RedriveOutcome;

interface Chosen {
  readonly id: bigint;
  readonly group: KnownGroup;
}

async function redriveAll({ session, output }: CommandContext, chosen: readonly Chosen[]): Promise<void> {
  const progress = output.progress('redriving', chosen.length);
  const results: Result[] = [];
  try {
    for (const { id, group } of chosen) {
      const outcome = await redrive(session.pool(group.database), group.definition, id);
      results.push({ id, group: group.name, ...outcome });
      progress.update(results.length);
    }
  } finally {
    // What was redriven before an error is committed, so it is shown too.
    progress.stop();
    if (results.length > 0 || chosen.length === 0) output.answer(results, formatResults(results));
  }
  failForUnhandled(results);
}

async function chooseAllParked(
  { session }: CommandContext,
  groupName: string | undefined,
): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  for (const database of deadLetterDatabases(groupName)) {
    for (const { id, group } of await listDeadLettersIn(session.pool(database), { group: groupName })) {
      const known = findParkingGroup(group, database);
      if (known !== undefined) chosen.push({ id, group: known });
    }
  }
  return chosen;
}

async function chooseById(
  { session }: CommandContext,
  ids: readonly bigint[],
  groupName: string | undefined,
): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  for (const id of ids) chosen.push({ id, group: (await requireDeadLetter(session, id, groupName)).group });
  return chosen;
}

function formatResults(results: readonly Result[]): string {
  if (results.length === 0) return 'Nothing is parked.';
  return formatTable(
    ['ID', 'GROUP', 'OUTCOME', 'PROBLEM'],
    results.map((each) => [each.id, each.group, each.outcome, problemOf(each)]),
  );
}

function problemOf(outcome: RedriveOutcome): string | null {
  if (outcome.outcome === 'waits-for-earlier') return `redrive dead letter ${outcome.earlier} first`;
  return 'problem' in outcome ? outcome.problem : null;
}

/** Throws `failure` when an event failed again, and `refused` when one could not be tried. */
function failForUnhandled(results: readonly RedriveOutcome[]): void {
  const count = (...outcomes: RedriveOutcome['outcome'][]): number =>
    results.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const failed = count('failed', 'unreadable');
  if (failed > 0)
    throw new CommandFailure(
      'failure',
      `${failed} of ${results.length} could not be handled and stay parked`,
    );
  const waiting = count('waits-for-earlier', 'not-parked');
  if (waiting > 0) throw new CommandFailure('refused', `${waiting} of ${results.length} could not be tried`);
}
