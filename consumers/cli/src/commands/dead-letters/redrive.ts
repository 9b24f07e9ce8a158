import { type RedriveOutcome, redrive } from '@gavel/consumer-runtime/redrive';
import { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import { parseLetterIds, requireLetter } from '../../dead-letters/find-letter.ts';
import { letterDatabases, letterOwners, requireLetterOwner } from '../../dead-letters/letter-owners.ts';
import { listLetters } from '../../dead-letters/letters.ts';
import type { KnownGroup } from '../../groups/known-groups.ts';
import { examples } from '../../terminal/example-help.ts';
import type { CommandContext, Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';

interface RedriveOptions {
  readonly all?: boolean;
  readonly group?: string;
}

export function redriveDeadLetters(run: Run): Command {
  return new Command('redrive')
    .summary('hand parked events to their group again')
    .description(
      `Hands parked events to their group's handler once more, one transaction each: the effect and the end of the letter commit
together. What still fails stays parked with its new error. The group may be at work meanwhile. Notifications that come of it
are shown and not mailed.

Exit code 1 when one of them could not be handled, 3 when one waits for an earlier event of its aggregate.`,
    )
    .argument('[id...]', 'numbers of `gavel dead-letters ls`', parseLetterIds)
    .option('--all', 'everything that is parked, oldest first')
    .option('--group <group>', 'only letters of one group')
    .addHelpText(
      'after',
      examples(
        ['gavel dead-letters redrive 12 13', 'after the handler was mended'],
        ['gavel dead-letters redrive --all --group user-stats', 'all of a group'],
      ),
    )
    .action((ids: bigint[], options: RedriveOptions, command: Command) =>
      run(command, async (context) => {
        if (ids.length > 0 === (options.all === true)) {
          throw new CommandFailure('usage', 'either numbers of letters or --all');
        }
        const chosen = options.all
          ? await allParked(context, options.group)
          : await named(context, ids, options.group);
        const progress = context.output.progress('redriving', chosen.length);
        const results: Result[] = [];
        try {
          for (const { id, group } of chosen) {
            const outcome = await redrive(context.session.pool(group.database), group.definition, id);
            results.push({ id, group: group.name, ...outcome });
            progress.update(results.length);
          }
        } finally {
          // What was redriven before an error is committed: it is told too.
          progress.stop();
          if (results.length > 0 || chosen.length === 0)
            context.output.answer(results, formatResults(results));
        }
        refuseWhatIsLeft(results);
      }),
    );
}

type Result = { readonly id: bigint; readonly group: string } & RedriveOutcome;

interface Chosen {
  readonly id: bigint;
  readonly group: KnownGroup;
}

async function allParked({ session }: CommandContext, name: string | undefined): Promise<Chosen[]> {
  const databases = name === undefined ? letterDatabases : [requireLetterOwner(name).database];
  const chosen: Chosen[] = [];
  for (const database of databases) {
    for (const { id, group } of await listLetters(session.pool(database), { group: name })) {
      const known = letterOwners.find((each) => each.name === group && each.database === database);
      if (known !== undefined) chosen.push({ id, group: known });
    }
  }
  return chosen;
}

async function named(
  { session }: CommandContext,
  ids: readonly bigint[],
  owner: string | undefined,
): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  for (const id of ids) chosen.push({ id, group: (await requireLetter(session, id, owner)).group });
  return chosen;
}

function formatResults(results: readonly Result[]): string {
  if (results.length === 0) return 'Nothing is parked.';
  return formatTable(
    ['ID', 'GROUP', 'OUTCOME', 'BECAUSE'],
    results.map((each) => [each.id, each.group, each.outcome, because(each)]),
  );
}

function because(outcome: RedriveOutcome): string | null {
  if (outcome.outcome === 'waits-for-earlier') return `letter ${outcome.earlier} comes first`;
  return 'problem' in outcome ? outcome.problem : null;
}

function refuseWhatIsLeft(results: readonly RedriveOutcome[]): void {
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
