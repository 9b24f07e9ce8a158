import { type RecordedDecision, readDecisions } from '@gavel/consumer-runtime/dead-letter-decisions';
import { fromHeaders } from '@gavel/proto/envelope';
import type { Command } from 'commander';
import { type DeadLetter, sourceOf } from '../../dead-letters/dead-letters.ts';
import { parseDeadLetterId, requireDeadLetter } from '../../dead-letters/find-dead-letter.ts';
import { readBody, type SeenBody } from '../../streams/read-event.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatFacts } from '../../terminal/table.ts';
import { formatMoment } from '../../terminal/units.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      'Shows a parked event with its headers, its body (decoded if possible), the error, the stack, and who redrove, edited or discarded it, when and why.',
    )
    .argument('<id>', 'an id from `gavel dead-letters ls`', parseDeadLetterId)
    .option('--group <group>', 'the group, if several have a dead letter with this id')
    .addHelpText('after', examples(['gavel dead-letters show 12', 'why was it parked?']))
    .action((id: bigint, options: { readonly group?: string }, command: Command) =>
      run(command, async ({ session, output }) => {
        const { deadLetter, group } = await requireDeadLetter(session, id, options.group);
        const { headers, body: bytes, stack, ...facts } = deadLetter;
        const content = decode(headers, bytes);
        const decisions = (await readDecisions(session.pool(group.database), id)).map(
          ({ originalBody, ...decision }): ShownDecision => ({
            ...decision,
            original: originalBody === null ? null : decode(headers, originalBody),
          }),
        );
        output.answer(
          { ...facts, stack, headers, ...content, decisions },
          formatDeadLetter(deadLetter, content, decisions),
        );
      }),
    );
}

/** A decision, with the body before an edit. */
interface ShownDecision extends Omit<RecordedDecision, 'originalBody'> {
  readonly original: Content | null;
}

type Content = Pick<SeenBody, 'body' | 'problem' | 'bytes'>;

function decode(headers: DeadLetter['headers'], bytes: Buffer): Content {
  const parsed = fromHeaders(headers);
  return parsed.ok
    ? readBody(parsed.envelope, bytes)
    : { body: null, problem: parsed.problem, bytes: bytes.toString('base64') };
}

function formatBody({ body, bytes }: Content): string {
  return bytes === undefined ? JSON.stringify(body) : `${bytes} (base64)`;
}

function formatDecision({ decision, at, by, reason, settled, problem, original }: ShownDecision): string[] {
  const why = reason === null ? '' : `: ${reason}`;
  const result = settled ? '' : ` (stayed parked: ${problem})`;
  const lines = [`  ${formatMoment(at)}  ${decision} by ${by}${why}${result}`];
  if (original !== null) lines.push(`    original body ${formatBody(original)}`);
  return lines;
}

function formatDeadLetter(
  deadLetter: DeadLetter,
  content: Content,
  decisions: readonly ShownDecision[],
): string {
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
    `  ${formatBody(content)}`,
    ...(decisions.length === 0 ? [] : ['Decisions', ...decisions.flatMap(formatDecision)]),
    ...(stack === null ? [] : ['Stack', stack.replaceAll(/^/gm, '  ')]),
  ].join('\n');
}
