import { Command } from 'commander';
import { summarizeGroup, summarizeMirror, summarizeQueue } from '../../groups/group-summary.ts';
import { knownGroups, natsBridge, workQueues } from '../../groups/known-groups.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatAge } from '../../terminal/units.ts';

export function listGroups(run: Run): Command {
  return new Command('ls')
    .summary('every consumer group and its lag')
    .description(
      `Lists all consumers of events: groups that read a stream, consumers of work queues, and the bridge to NATS. For each one:
its active members, the events that it has not handled yet, the age of the oldest of them, and the parked events.

The broker counts queues every few seconds and reports no age for them. The bridge parks nothing, and only NATS knows its
members. State: ok, paused, refused (the group cannot continue from its offset; \`gavel groups show\` says why), unknown
(the server that knows did not answer), off (NATS_URL is not set: \`make up NATS=1\`).`,
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
