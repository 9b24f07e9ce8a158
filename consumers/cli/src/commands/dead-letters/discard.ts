import type { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import { discardDeadLetter } from '../../dead-letters/dead-letters.ts';
import { parseDeadLetterIds, requireDeadLetter } from '../../dead-letters/find-dead-letter.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Gives up parked events: they will never be applied. The record of each one stays, with its event. Later events of the same
aggregate that wait behind it are not changed: redrive them afterwards.`,
    )
    .argument('<id...>', 'ids from `gavel dead-letters ls`', parseDeadLetterIds)
    .option('--group <group>', 'the group, if several have a dead letter with this id')
    .addHelpText('after', examples(['gavel dead-letters discard 12', 'the message was never a bid']))
    .action((ids: bigint[], options: { readonly group?: string }, command: Command) =>
      run(command, async ({ session, output }) => {
        for (const id of ids) {
          const { deadLetter, group } = await requireDeadLetter(session, id, options.group);
          if (!(await discardDeadLetter(session.pool(group.database), id))) {
            throw new CommandFailure('refused', `dead letter ${id} is ${deadLetter.status}, not parked`);
          }
          output.item({ id, group: group.name, outcome: 'discarded' }, `${id} discarded`);
        }
      }),
    );
}
