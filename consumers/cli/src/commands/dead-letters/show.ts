import { fromHeaders } from '@gavel/proto/envelope';
import type { Command } from 'commander';
import { type DeadLetter, sourceOf } from '../../dead-letters/dead-letters.ts';
import { parseDeadLetterId, requireDeadLetter } from '../../dead-letters/find-dead-letter.ts';
import { readBody } from '../../streams/read-event.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatFacts } from '../../terminal/table.ts';
import { formatMoment } from '../../terminal/units.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      'Shows a parked event with its headers, its body (decoded if possible), the error and the stack.',
    )
    .argument('<id>', 'an id from `gavel dead-letters ls`', parseDeadLetterId)
    .option('--group <group>', 'the group, if several have a dead letter with this id')
    .addHelpText('after', examples(['gavel dead-letters show 12', 'why was it parked?']))
    .action((id: bigint, options: { readonly group?: string }, command: Command) =>
      run(command, async ({ session, output }) => {
        const { deadLetter } = await requireDeadLetter(session, id, options.group);
        const { headers, body: bytes, stack, ...facts } = deadLetter;
        const parsed = fromHeaders(headers);
        const content = parsed.ok
          ? readBody(parsed.envelope, bytes)
          : { body: null, problem: parsed.problem, bytes: bytes.toString('base64') };
        const body = content.bytes === undefined ? JSON.stringify(content.body) : `${content.bytes} (base64)`;
        output.answer({ ...facts, stack, headers, ...content }, formatDeadLetter(deadLetter, body));
      }),
    );
}

function formatDeadLetter(deadLetter: DeadLetter, body: string): string {
  const { headers, stack } = deadLetter;
  return [
    formatFacts([
      ['id', deadLetter.id],
      ['group', deadLetter.group],
      ['source', sourceOf(deadLetter)],
      ['status', deadLetter.status],
      ['parked', formatMoment(deadLetter.parkedAt)],
      ['settled', formatMoment(deadLetter.settledAt)],
      ['event', deadLetter.eventId],
      ['type', deadLetter.type],
      ['aggregate', deadLetter.aggregateId],
      ['reason', deadLetter.reason],
      ['tries', deadLetter.attempts],
      ['trace', deadLetter.traceId],
      ['error', deadLetter.error],
    ]),
    '',
    'Headers',
    ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
    'Body',
    `  ${body}`,
    ...(stack === null ? [] : ['Stack', stack.replaceAll(/^/gm, '  ')]),
  ].join('\n');
}
