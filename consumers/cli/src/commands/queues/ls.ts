import type { Command } from 'commander';
import { sideQueues, withQueues } from '../../queues/side-queues.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Lists the queues from which no process consumes, and how many messages each holds: gavel.unrouted keeps events of the topic
exchange that no queue was bound for, for a week; gavel.<consumer>.parked keeps copies of the dead letters of a queue consumer. Both
keep the newest 100,000. Nothing is lost with these messages: streams have the events, and \`gavel dead-letters\` has what was parked.

\`gavel groups show\` shows the queues that are consumed.`,
    )
    .addHelpText('after', examples(['gavel queues ls', 'is anything in them?']))
    .action((_, command: Command) =>
      run(command, async ({ session, output }) => {
        const counted = await withQueues(session, async (queues) => {
          const all = [];
          for (const each of sideQueues)
            all.push({ ...each, messages: (await queues.count(each.queue)) ?? null });
          return all;
        });
        output.answer(
          counted,
          formatTable(
            ['QUEUE', 'MESSAGES', 'HOLDS'],
            counted.map(({ queue, messages, holds }) => [queue, messages ?? 'missing', holds]),
          ),
        );
      }),
    );
}
