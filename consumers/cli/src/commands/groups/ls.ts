import type { Command } from 'commander';
import { type GroupSummary, summarizeAll, WRONG_STATES } from '../../groups/group-summary.ts';
import { knownGroups, workQueues } from '../../groups/known-groups.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatAge } from '../../terminal/units.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Lists all consumers of events: groups that read a stream, consumers of work queues, the bridge to NATS, and the archiver. For each one:
its active members, the events that it has not handled yet, the age of the oldest of them, and the parked events.

The broker counts queues every few seconds and reports no age for them. The bridge and the archiver park nothing, and their
members are not counted. State: ok, paused, empty (there are events and no member that handles them), refused (the group cannot continue from
its offset; \`gavel groups show\` says why), unknown (the server that knows did not answer), off (NATS_URL or ARCHIVE_LOCATION is not
set; \`make up NATS=1\` starts the bridge). Exit code 6 if a group is empty, refused or unknown.`,
    )
    .addHelpText(
      'after',
      examples(
        ['gavel groups ls', 'a table'],
        ["gavel groups ls --json | jq 'map(.lagMessages) | add'", 'for a script'],
      ),
    )
    .action((_, command: Command) =>
      run(command, async ({ session, output, foundProblem }) => {
        const groups = await summarizeAll(session);
        output.answer(
          output.json ? await Promise.all(groups.map(withSubscriptions)) : groups,
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
        if (groups.some(({ state }) => WRONG_STATES.has(state))) foundProblem();
      }),
    );
}

/** Subjects are only in the JSON: for those of a work queue its handler has to be loaded. */
async function withSubscriptions({ group, kind, reads, ...rest }: GroupSummary): Promise<object> {
  const known = [...knownGroups, ...workQueues].find(({ name }) => name === group);
  const subscriptions = (await known?.subscriptions()) ?? reads.map((stream) => `${stream}.>`);
  return { group, kind, reads, subscriptions, ...rest };
}
