import { Command } from 'commander';
import { summarizeGroup, summarizeMirror, summarizeQueue } from '../../groups/group-summary.ts';
import { knownGroups, natsBridge, workQueues } from '../../groups/known-groups.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatAge } from '../../terminal/units.ts';

export function listGroups(run: Run): Command {
  return new Command('ls')
    .summary('every consumer group and how far behind it is')
    .description(
      `Lists everybody who takes events: groups that read a stream, consumers of work queues, and the bridge to NATS. For each
the members at work, events not yet handled, the age of the oldest one, and parked events.

Queues are counted by the broker every few seconds and tell no age; the bridge parks nothing, and its members are known
to NATS alone. State: ok, paused, refused (its place is not held any more; \`gavel groups show\` says why), unknown
(whoever knows does not answer), off (nobody said where NATS is: \`make up NATS=1\`).`,
    )
    .addHelpText(
      'after',
      examples(
        ['gavel groups ls', 'a table'],
        ["gavel groups ls --json | jq 'map(.lagMessages) | add'", 'for a script'],
      ),
    )
    .action((_, command: Command) =>
      run(command, async ({ session, output }) => {
        const groups = [];
        for (const group of knownGroups) groups.push(await summarizeGroup(session, group));
        for (const group of workQueues) groups.push(await summarizeQueue(session, group));
        groups.push(await summarizeMirror(session, natsBridge));
        output.answer(
          groups,
          formatTable(
            ['GROUP', 'READS', 'MEMBERS', 'LAG', 'LAG AGE', 'PARKED', 'STATE'],
            groups.map((each) => [
              each.group,
              each.reads.join(' '),
              each.members,
              each.lagMessages,
              each.lagSeconds === null ? null : formatAge(each.lagSeconds),
              each.parked,
              each.state,
            ]),
          ),
        );
      }),
    );
}
