import { type Command, Option } from 'commander';
import { requireExtent, resolveOffset } from '../../streams/extent.ts';
import { fieldHelp } from '../../streams/message-fields.ts';
import { type OffsetSpec, offsetHelp, parseOffset } from '../../streams/offset-spec.ts';
import type { SeenMessage } from '../../streams/read-event.ts';
import { readFirst, readLast } from '../../streams/read-range.ts';
import { isSelected, messagePrinter, type Selection, withSelection } from '../../streams/select-messages.ts';
import { requirePartitions } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import { parseLimit } from '../../terminal/parse-limit.ts';
import type { Run } from '../../terminal/run-command.ts';

interface PeekOptions extends Selection {
  readonly from?: OffsetSpec;
  readonly last?: number;
  readonly limit: number;
}

export function define(verb: Command, run: Run): void {
  withSelection(verb)
    .description(
      `Prints messages of a stream or of one partition with decoded bodies, up to the current end. Messages of several
partitions are sorted by the broker's clock. Reading changes nothing: no group's checkpoint moves.`,
    )
    .argument('<stream-or-partition>', 'gavel.bids, or gavel.bids-2 for one partition')
    .option('--from <offset>', 'where to start (default: last)', (text) => parseOffset(text))
    .option('--limit <messages>', 'at most this number of messages', parseLimit, 10)
    .addOption(
      new Option(
        '--last <messages>',
        'the newest messages, this number of them; from --from on, if it is given',
      )
        .argParser(parseLimit)
        .conflicts('limit'),
    )
    .addHelpText('after', `\n${offsetHelp}\n\n${fieldHelp}`)
    .addHelpText(
      'after',
      examples(
        ['gavel streams peek gavel.bids', 'messages of the newest chunks'],
        ['gavel streams peek gavel.bids --last 5', 'the five newest messages'],
        [
          "gavel streams peek gavel.bids --from first --where type=bids.v1.BidPlaced --format '{offset} {body.amount}'",
          'offset and amount of bids',
        ],
        [
          "gavel streams peek gavel.bids --from -15m --subject 'gavel.bids.bid_placed.*'",
          'the bids of the last 15 minutes',
        ],
        ['gavel streams peek gavel.bids-2 --from 1200 --limit 1 --json', 'the message at one offset'],
      ),
    )
    .action((name: string, options: PeekOptions, command: Command) =>
      run(command, async ({ session, output }) => {
        const print = messagePrinter(output, options);
        const partitions = requirePartitions(name);
        const inspector = await session.inspector();
        const { last, limit } = options;
        const [read, count] = last === undefined ? [readFirst, limit] : [readLast, last];
        const start = options.from ?? { kind: last === undefined ? 'last' : 'first' };
        const found: SeenMessage[] = [];
        for (const partition of partitions) {
          const extent = await requireExtent(inspector, partition);
          const from = await resolveOffset(inspector, extent, start);
          const range = { partition, from, end: extent.next };
          found.push(
            ...(await read(session.reader(), range, count, (message) => isSelected(message, options))),
          );
        }
        const sorted = found.toSorted(byTime);
        const shown = last === undefined ? sorted.slice(0, limit) : sorted.slice(-last);
        for (const message of shown) print(message);
        if (shown.length === 0) output.remark('No messages found.');
      }),
    );
}

/** By the broker's clock, then by partition and offset: time is the only order between partitions. */
function byTime(a: SeenMessage, b: SeenMessage): number {
  return (
    a.storedAt.localeCompare(b.storedAt) ||
    a.partition.localeCompare(b.partition) ||
    Number(a.offset - b.offset)
  );
}
