import { readBacklog } from '@gavel/outbox/backlog';
import { Command } from 'commander';
import { outboxes } from '../../outbox/outboxes.ts';
import { readLeader } from '../../outbox/read-leader.ts';
import { readSetAside } from '../../outbox/read-set-aside.ts';
import { examples } from '../../terminal/example-help.ts';
import { section } from '../../terminal/output.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatAge, formatMoment } from '../../terminal/units.ts';

export function showOutboxes(run: Run): Command {
  return new Command('status')
    .summary('both outboxes: depth, age, position, relay')
    .description(
      `Shows each outbox: committed events that are not known to be published, the age of the oldest, the last position given
to an event, the watermark (all up to it is confirmed by stream and exchange), the relay that holds it, and the events
that no broker takes.`,
    )
    .addHelpText(
      'after',
      examples(
        ['gavel outbox status', 'a table'],
        ["gavel outbox status --json | jq '.[] | select(.depth > 1000)'", 'for an alarm'],
      ),
    )
    .action((_, command: Command) =>
      run(command, async ({ session, output }) => {
        const answers = [];
        for (const { name, stream, database } of outboxes) {
          const pool = session.pool(database);
          const backlog = await readBacklog(pool);
          answers.push({
            outbox: name,
            stream,
            depth: backlog.events,
            oldestSeconds: backlog.oldestSeconds,
            watermark: backlog.publishedPosition,
            ...(await readLeader(pool)),
            lost: backlog.lost,
            setAside: await readSetAside(pool),
          });
        }
        const setAside = answers.flatMap(({ outbox, setAside: rows }) =>
          rows.map((row) => ({ outbox, ...row })),
        );
        const table = formatTable(
          ['OUTBOX', 'DEPTH', 'OLDEST', 'POSITION', 'WATERMARK', 'RELAY', 'SINCE', 'SET ASIDE'],
          answers.map((each) => [
            each.outbox,
            each.depth,
            formatAge(each.oldestSeconds),
            each.position,
            each.watermark,
            each.held ? each.holder : 'none at work',
            formatMoment(each.since),
            each.setAside.length,
          ]),
        );
        const aside = section(
          '\nSet aside: no broker takes them, later events went on',
          ['OUTBOX', 'POSITION', 'TYPE', 'EVENT', 'AT', 'PROBLEM'],
          setAside.map((row) => [
            row.outbox,
            row.position,
            row.type,
            row.eventId,
            formatMoment(row.at),
            row.problem,
          ]),
          '',
        );
        const lost = answers.flatMap((each) =>
          each.lost.map(
            ({ partition, firstPosition, lastPosition }) =>
              `${partition} has lost positions ${firstPosition} to ${lastPosition}: \`gavel refill ${each.stream} --partition ${partition} --recreate\``,
          ),
        );
        output.answer(answers, [table, ...lost, ...(setAside.length > 0 ? [aside] : [])].join('\n'));
      }),
    );
}
