import type { Command } from 'commander';
import { requireCount, requireSideQueue, withQueues } from '../../queues/side-queues.ts';
import { executeOption, notYet } from '../../terminal/decision-options.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Removes all messages from gavel.unrouted or from a parking queue. Prints their number; --execute removes them, and those that arrive
until then. Streams keep the events, and \`gavel dead-letters\` keeps what was parked: emptying a parking queue settles no dead letter.`,
    )
    .argument('<queue>', 'a queue from `gavel queues ls`')
    .addOption(executeOption())
    .addHelpText(
      'after',
      examples(
        ['gavel queues empty gavel.unrouted', 'how many messages would be removed?'],
        ['gavel queues empty gavel.notifications.parked --execute', 'remove them'],
      ),
    )
    .action((name: string, { execute }: { readonly execute?: boolean }, command: Command) =>
      run(command, async ({ session, output }) => {
        const { queue } = requireSideQueue(name);
        await withQueues(session, async (queues) => {
          const messages = await requireCount(queues, queue);
          if (execute !== true) {
            output.answer({ executed: false, queue, messages }, `${queue} holds ${messages}.\n\n${notYet}`);
            return;
          }
          const removed = await queues.empty(queue);
          output.answer({ executed: true, queue, removed }, `${removed} removed from ${queue}`);
        });
      }),
    );
}
