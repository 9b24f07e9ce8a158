import { UNROUTED_QUEUE } from '@gavel/proto/topology';
import { type Command, InvalidArgumentError } from 'commander';
import { type Checked, findProblems } from '../check/find-problems.ts';
import { examples } from '../terminal/example-help.ts';
import type { Run } from '../terminal/run-command.ts';
import { formatTable } from '../terminal/table.ts';

const MAX_AGE_SECONDS = 300;

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Checks everything once: groups that are empty, refused or unknown, or have events that wait too long; outboxes without a
relay, with lost events, events that were set aside or that wait too long; and dead letters. A pause counts only when
events wait too long.

Events that nobody has subscribed to (gavel.unrouted) are mentioned on stderr and are no problem.

Prints one line if nothing is wrong, otherwise one line per problem. Exit codes: 0 nothing is wrong, 6 something is, 5 a
server did not answer.`,
    )
    .option('--max-age <seconds>', 'how long an event may wait', parseSeconds, MAX_AGE_SECONDS)
    .addHelpText(
      'after',
      examples(
        ['gavel check', 'is anything wrong?'],
        ["gavel check > /tmp/gavel-check || mail -s 'Gavel' me@example.com < /tmp/gavel-check", 'in cron'],
        ['gavel check --json | jq .problems', 'for a script'],
      ),
    )
    .action(({ maxAge }: { maxAge: number }, command: Command) =>
      run(command, async ({ session, output, foundProblem }) => {
        const checked = await findProblems(session, maxAge);
        const isOk = checked.problems.length === 0;
        output.answer({ ok: isOk, ...checked }, isOk ? formatOk(checked) : formatProblems(checked));
        if ((checked.unrouted ?? 0) > 0) {
          output.remark(
            `${checked.unrouted} events in ${UNROUTED_QUEUE}: nobody has subscribed to them. \`gavel queues peek ${UNROUTED_QUEUE}\` shows them.`,
          );
        }
        if (!isOk) foundProblem();
      }),
    );
}

function formatOk({ groups, outboxes }: Checked): string {
  return `ok: ${groups} groups and ${outboxes} outboxes, nothing lost, refused or parked`;
}

function formatProblems({ problems }: Checked): string {
  return formatTable(
    ['WHAT', 'NAME', 'PROBLEM'],
    problems.map(({ kind, name, problem }) => [kind, name, problem]),
  );
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds.');
}
