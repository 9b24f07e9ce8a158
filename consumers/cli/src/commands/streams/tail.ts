import type { Command } from 'commander';
import { requireExtent, resolveOffset } from '../../streams/extent.ts';
import { followPartitions, type Track } from '../../streams/follow-partitions.ts';
import { fieldHelp } from '../../streams/message-fields.ts';
import { type OffsetSpec, offsetHelp, parseOffset } from '../../streams/offset-spec.ts';
import { isSelected, messagePrinter, type Selection, withSelection } from '../../streams/select-messages.ts';
import { requirePartitions } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import { parseLimit } from '../../terminal/parse-limit.ts';
import type { CommandContext, Run } from '../../terminal/run-command.ts';

interface TailOptions extends Selection {
  readonly from?: OffsetSpec;
  readonly limit?: number;
  readonly untilEnd?: boolean;
}

/** How long `--until-end` waits for a broker that does not answer. */
const GIVE_UP_MS = 60_000;

export function define(verb: Command, run: Run): void {
  withSelection(verb)
    .description(
      `Prints messages like \`peek\`, and continues with new ones until Ctrl-C, the limit, or with --until-end the current end. If the
connection to the broker is lost, it says so on stderr, connects again and continues after the last message. With --until-end it gives
up after a minute without the broker, with exit code 5, so that a script ends.`,
    )
    .argument('<stream-or-partition>', 'gavel.bids, or gavel.bids-2 for one partition')
    .option('--from <offset>', 'where to start (default: next)', (text) => parseOffset(text))
    .option('--limit <messages>', 'stop after this number of messages', parseLimit)
    .option('--until-end', 'stop after the message that is the newest one now')
    .addHelpText('after', `\n${offsetHelp}\n\n${fieldHelp}`)
    .addHelpText(
      'after',
      examples(
        ["gavel streams tail gavel.bids --subject 'gavel.bids.>'", 'follow everything about auctions'],
        [
          'gavel streams tail gavel.bids --from -1h --json | jq .body',
          'bodies of the last hour and new ones',
        ],
        [
          "gavel streams tail gavel.bids --from first --until-end --format '{body.itemId}' | sort | uniq -c",
          'count the events of each item',
        ],
      ),
    )
    .action((name: string, options: TailOptions, command: Command) =>
      run(command, (context) => tail(context, requirePartitions(name), options)),
    );
}

async function tail(
  { session, output, interrupted }: CommandContext,
  partitions: readonly string[],
  options: TailOptions,
): Promise<void> {
  const print = messagePrinter(output, options);
  const inspector = await session.inspector();
  const tracks: Track[] = [];
  for (const partition of partitions) {
    const extent = await requireExtent(inspector, partition);
    const from = await resolveOffset(inspector, extent, options.from ?? { kind: 'next' });
    tracks.push({ partition, from, ...(options.untilEnd === true && { end: extent.next }) });
  }
  const hasEnd = options.limit !== undefined || options.untilEnd === true;
  if (!hasEnd && !output.json) output.remark(`following ${partitions.join(', ')}; press Ctrl-C to stop`);
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  await followPartitions({
    reader: session.reader(),
    tracks,
    onMessage(message) {
      if (!isSelected(message, options)) return 'continue';
      print(message);
      left -= 1;
      return left > 0 ? 'continue' : 'done';
    },
    remark: (text) => output.remark(text),
    signal: interrupted,
    ...(options.untilEnd === true && { giveUpMs: GIVE_UP_MS }),
  });
}
