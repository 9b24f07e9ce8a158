import type { Command } from 'commander';
import { type OutboxStatus, readOutboxes } from '../../outbox/read-status.ts';
import { examples } from '../../terminal/example-help.ts';
import { section } from '../../terminal/output.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatAge, formatMoment } from '../../terminal/units.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Shows for each outbox: the committed events that are not known to be published, the age of the oldest of them, the last
position given to an event, the watermark (stream and exchange have confirmed all events up to it), the active relay, and
the newest events that were set aside because the broker cannot take them. Exit code 6 if events were lost or set aside.
\`publish-again\` and \`dismiss\` settle an event that was set aside.`,
    )
    .addHelpText(
      'after',
      examples(
        ['gavel outbox status', 'a table'],
        ["gavel outbox status --json | jq '.[] | select(.depth > 1000)'", 'for an alarm'],
      ),
    )
    .action((_, command: Command) =>
      run(command, async ({ session, output, foundProblem }) => {
        const statuses = await readOutboxes(session);
        output.answer(statuses, formatOutboxes(statuses));
        if (statuses.some(({ lost, setAside }) => lost.length + setAside.length > 0)) foundProblem();
      }),
    );
}

function formatOutboxes(statuses: readonly OutboxStatus[]): string {
  const table = formatTable(
    ['OUTBOX', 'DEPTH', 'OLDEST', 'POSITION', 'WATERMARK', 'RELAY', 'SINCE', 'SET ASIDE'],
    statuses.map((each) => [
      each.outbox,
      each.depth,
      formatAge(each.oldestSeconds),
      each.position,
      each.watermark,
      each.held ? each.holder : 'none active',
      formatMoment(each.since),
      each.setAside.length,
    ]),
  );
  const losses = statuses.flatMap(({ stream, lost }) =>
    lost.map(
      ({ partition, firstPosition, lastPosition }) =>
        `${partition} has lost positions ${firstPosition} to ${lastPosition}: \`gavel refill ${stream} --partition ${partition} --recreate\``,
    ),
  );
  return [table, ...losses, ...formatSetAside(statuses)].join('\n');
}

function formatSetAside(statuses: readonly OutboxStatus[]): string[] {
  const rows = statuses.flatMap(({ outbox, setAside }) =>
    setAside.map((event) => [
      outbox,
      event.position,
      event.type,
      event.eventId,
      formatMoment(event.at),
      event.problem,
    ]),
  );
  if (rows.length === 0) return [];
  const title = '\nSet aside: the broker cannot take these events; later events were published';
  return [
    section(title, ['OUTBOX', 'POSITION', 'TYPE', 'EVENT', 'AT', 'PROBLEM'], rows, ''),
    '\n`gavel outbox publish-again EVENT` publishes one after its cause was corrected, `gavel outbox dismiss EVENT` gives it up.',
  ];
}
