import { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import { parseLetterIds, requireLetter } from '../../dead-letters/find-letter.ts';
import { discardLetter } from '../../dead-letters/letters.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export function discardDeadLetters(run: Run): Command {
  return new Command('discard')
    .summary('give parked events up')
    .description(
      `Gives parked events up: they will never be applied. The record of each stays, with its event. Later events of its aggregate
that wait behind it are not handled by this: redrive them afterwards.`,
    )
    .argument('<id...>', 'numbers of `gavel dead-letters ls`', parseLetterIds)
    .option('--group <group>', 'whose letters, where several have that number')
    .addHelpText('after', examples(['gavel dead-letters discard 12', 'it was never a bid']))
    .action((ids: bigint[], options: { readonly group?: string }, command: Command) =>
      run(command, async ({ session, output }) => {
        for (const id of ids) {
          const { letter, group } = await requireLetter(session, id, options.group);
          if (!(await discardLetter(session.pool(group.database), id))) {
            throw new CommandFailure('refused', `letter ${id} is not parked, it is ${letter.status}`);
          }
          output.item({ id, group: group.name, outcome: 'discarded' }, `${id} discarded`);
        }
      }),
    );
}
