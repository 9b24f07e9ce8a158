import { fromHeaders } from '@gavel/proto/envelope';
import { Command } from 'commander';
import { parseLetterId, requireLetter } from '../../dead-letters/find-letter.ts';
import { placeOf } from '../../dead-letters/letters.ts';
import { readBody } from '../../streams/read-event.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatFacts } from '../../terminal/table.ts';
import { formatMoment } from '../../terminal/units.ts';

export function showDeadLetter(run: Run): Command {
  return new Command('show')
    .summary('one of them in full: event, error, stack, trace')
    .description(
      'Shows a parked event with its headers, its body (decoded where it can be), the error and the stack.',
    )
    .argument('<id>', 'a number of `gavel dead-letters ls`', parseLetterId)
    .option('--group <group>', 'whose letter, where several have that number')
    .addHelpText('after', examples(['gavel dead-letters show 12', 'why it was parked']))
    .action((id: bigint, options: { readonly group?: string }, command: Command) =>
      run(command, async ({ session, output }) => {
        const { letter } = await requireLetter(session, id, options.group);
        const { headers, body: bytes, stack, ...facts } = letter;
        const parsed = fromHeaders(headers);
        const content = parsed.ok
          ? readBody(parsed.envelope, bytes)
          : { body: null, problem: parsed.problem, bytes: bytes.toString('base64') };
        const body =
          content.problem === undefined ? JSON.stringify(content.body) : `${content.bytes} (base64)`;
        output.answer(
          { ...facts, stack, headers, ...content },
          [
            formatFacts([
              ['id', letter.id],
              ['group', letter.group],
              ['place', placeOf(letter)],
              ['status', letter.status],
              ['parked', formatMoment(letter.parkedAt)],
              ['settled', formatMoment(letter.settledAt)],
              ['event', letter.eventId],
              ['type', letter.type],
              ['aggregate', letter.aggregateId],
              ['reason', letter.reason],
              ['tries', letter.attempts],
              ['trace', letter.traceId],
              ['error', letter.error],
            ]),
            '',
            'Headers',
            ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
            'Body',
            `  ${body}`,
            ...(stack === null ? [] : ['Stack', stack.replaceAll(/^/gm, '  ')]),
          ].join('\n'),
        );
      }),
    );
}
