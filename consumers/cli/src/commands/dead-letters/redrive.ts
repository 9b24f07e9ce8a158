import { type RedriveOutcome, redrive } from '@gavel/consumer-runtime/redrive';
import type { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import {
  addBulkOptions,
  type BulkOptions,
  filterOf,
  requireIdsOrAll,
} from '../../dead-letters/filter-options.ts';
import { requireDeadLetter } from '../../dead-letters/find-dead-letter.ts';
import {
  answerPlan,
  type Chosen,
  readSelected,
  selectDeadLetters,
} from '../../dead-letters/select-dead-letters.ts';
import { decidedBy } from '../../terminal/decision-options.ts';
import { examples } from '../../terminal/example-help.ts';
import type { CommandContext, Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';

export function define(verb: Command, run: Run): void {
  addBulkOptions(verb)
    .description(
      `Passes parked events to their group's handler again, each in its own transaction: the effect, the new status of the dead letter
and the record of who decided it commit together. An event that fails again stays parked with the new error. The group may be running
meanwhile. Notifications that result from it are shown in the web app and not mailed.

Ids are redriven at once. --all prints the plan; --execute does it. Ctrl-C stops it between two events.

Exit code 1 if one of them could not be handled, 3 if one waits for an earlier event of its aggregate.`,
    )
    .addHelpText(
      'after',
      examples(
        ['gavel dead-letters redrive 12 13', 'after the handler was fixed'],
        ['gavel dead-letters redrive --all --group user-stats --since -1d', 'the plan for one group'],
        [
          "gavel dead-letters redrive --all --reason handler_failed --execute --why 'deployed 1.2'",
          'all of them',
        ],
      ),
    )
    .action((ids: bigint[], options: BulkOptions, command: Command) =>
      run(command, async (context) => {
        requireIdsOrAll('redrive', ids, options);
        const decision = { by: decidedBy(options.by), reason: options.why ?? null };
        if (options.all !== true) return redriveById(context, ids, options.group, decision);
        const selection = await selectDeadLetters(context.session, filterOf(options));
        if (options.execute !== true) return answerPlan(context.output, selection);
        await redriveAll(context, readSelected(context.session, selection), selection.events, decision);
      }),
    );
}

interface Decision {
  readonly by: string;
  readonly reason: string | null;
}

type Result = { readonly id: bigint; readonly group: string } & RedriveOutcome;

async function redriveById(
  context: CommandContext,
  ids: readonly bigint[],
  groupName: string | undefined,
  decision: Decision,
): Promise<void> {
  const chosen: Chosen[] = [];
  for (const id of ids) {
    chosen.push({ id, group: (await requireDeadLetter(context.session, id, groupName)).group });
  }
  await redriveAll(context, [chosen], chosen.length, decision);
}

async function redriveAll(
  { session, output, interrupted }: CommandContext,
  pages: AsyncIterable<Chosen[]> | Iterable<Chosen[]>,
  total: number,
  decision: Decision,
): Promise<void> {
  const progress = output.progress('redriving', total);
  const results: Result[] = [];
  try {
    for await (const page of pages) {
      for (const { id, group } of page) {
        if (interrupted.aborted) return;
        const pool = session.pool(group.database);
        const outcome = await redrive(pool, await group.definition(), id, decision);
        results.push({ id, group: group.name, ...outcome });
        progress.update(results.length);
      }
    }
  } finally {
    // What was redriven before an error is committed, so it is shown too.
    progress.stop();
    if (results.length > 0 || total === 0) output.answer(results, formatResults(results));
  }
  failForUnhandled(results);
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
