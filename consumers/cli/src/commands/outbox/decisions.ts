import { readDecisions, type SetAsideDecision } from '@gavel/outbox/read-set-aside';
import type { Command } from 'commander';
import { type Outbox, outboxes } from '../../outbox/outboxes.ts';
import { examples } from '../../terminal/example-help.ts';
import { parseLimit } from '../../terminal/parse-limit.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatMoment } from '../../terminal/units.ts';

const LIMIT = 100;

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Shows the newest decisions about events that were set aside: published again or dismissed, by whom, when and why. A relay that
publishes an event because it knows its type by now is shown by its name.`,
    )
    .option('--limit <decisions>', 'at most this number of each outbox', parseLimit, LIMIT)
    .addHelpText('after', examples(['gavel outbox decisions', 'what was decided, newest first']))
    .action(({ limit }: { readonly limit: number }, command: Command) =>
      run(command, async ({ session, output }) => {
        const found: Found[] = [];
        for (const { name, database } of outboxes) {
          const decisions = await readDecisions(session.pool(database), limit);
          found.push(...decisions.map((each) => ({ ...each, outbox: name })));
        }
        output.answer(found, found.length === 0 ? 'Nothing was decided.' : formatDecisions(found));
      }),
    );
}

type Found = SetAsideDecision & { readonly outbox: Outbox['name'] };

function formatDecisions(found: readonly Found[]): string {
  return formatTable(
    ['OUTBOX', 'DECISION', 'AT', 'BY', 'REASON', 'TYPE', 'EVENT', 'PROBLEM'],
    found.map((each) => [
      each.outbox,
      each.decision,
      formatMoment(each.at),
      each.by,
      each.reason,
      each.type,
      each.eventId,
      each.problem,
    ]),
  );
}
