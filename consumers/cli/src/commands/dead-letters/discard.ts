import { discard } from '@gavel/consumer-runtime/dead-letter-decisions';
import type { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import {
  addBulkOptions,
  type BulkOptions,
  filterOf,
  requireIdsOrAll,
} from '../../dead-letters/filter-options.ts';
import { requireDeadLetter } from '../../dead-letters/find-dead-letter.ts';
import { answerPlan, readSelected, selectDeadLetters } from '../../dead-letters/select-dead-letters.ts';
import { decidedBy } from '../../terminal/decision-options.ts';
import { examples } from '../../terminal/example-help.ts';
import type { CommandContext, Run } from '../../terminal/run-command.ts';

interface Decision {
  readonly by: string;
  readonly reason: string;
}

export function define(verb: Command, run: Run): void {
  addBulkOptions(verb)
    .description(
      `Gives up parked events: they will never be applied. The record of each one stays, with its event, and with who discarded it, when
and why (\`gavel dead-letters show\`). Later events of the same aggregate that wait behind it are not changed: redrive them afterwards.

--why is needed. Ids are discarded at once. --all prints the plan; --execute does it.`,
    )
    .addHelpText(
      'after',
      examples(
        ["gavel dead-letters discard 12 --why 'never a bid'", 'one event, at once'],
        ["gavel dead-letters discard --all --reason malformed_message --why 'a wrong client'", 'the plan'],
      ),
    )
    .action((ids: bigint[], options: BulkOptions, command: Command) =>
      run(command, async (context) => {
        requireIdsOrAll('discard', ids, options);
        if (options.why === undefined) {
          throw new CommandFailure('usage', 'say why with --why', 'See `gavel dead-letters discard --help`.');
        }
        const decision = { by: decidedBy(options.by), reason: options.why };
        await (options.all
          ? discardSelected(context, options, decision)
          : discardById(context, ids, options, decision));
      }),
    );
}

async function discardById(
  { session, output }: CommandContext,
  ids: readonly bigint[],
  { group: groupName }: BulkOptions,
  decision: Decision,
): Promise<void> {
  for (const id of ids) {
    const { deadLetter, group } = await requireDeadLetter(session, id, groupName);
    const discarded = await discard(session.pool(group.database), [id], decision);
    if (discarded.length === 0) {
      throw new CommandFailure('refused', `dead letter ${id} is ${deadLetter.status}, not parked`);
    }
    output.item({ id, group: group.name, outcome: 'discarded' }, `${id} discarded`);
  }
}

async function discardSelected(
  { session, output, interrupted }: CommandContext,
  options: BulkOptions,
  decision: Decision,
): Promise<void> {
  const selection = await selectDeadLetters(session, filterOf(options));
  if (options.execute !== true) return answerPlan(output, selection);
  const progress = output.progress('discarding', selection.events);
  let discarded = 0;
  try {
    for await (const page of readSelected(session, selection)) {
      const [first] = page;
      if (first === undefined) continue;
      const ids = page.map(({ id }) => id);
      discarded += (await discard(session.pool(first.group.database), ids, decision)).length;
      progress.update(discarded);
      if (interrupted.aborted) break;
    }
  } finally {
    // What was discarded before an error is committed, so it is shown too.
    progress.stop();
    output.answer({ executed: true, events: selection.events, discarded }, `${discarded} discarded`);
  }
}
