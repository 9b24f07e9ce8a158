import type { StreamReader } from '@gavel/rabbitmq/stream-reader';
import type { Command } from 'commander';
import { type Extent, requireExtent, resolveOffset } from '../../streams/extent.ts';
import { type OffsetSpec, offsetHelp, parseOffset } from '../../streams/offset-spec.ts';
import { formatMessage, readEvent, type SeenMessage } from '../../streams/read-event.ts';
import { isSelected, parseLimit, parseSubscription } from '../../streams/select-messages.ts';
import { requirePartitions } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

interface PeekOptions {
  readonly from?: OffsetSpec;
  readonly subject?: string;
  readonly limit: number;
}

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Prints messages of a stream or of one partition with decoded bodies, up to the current end. Messages of several
partitions are sorted by the broker's clock. Reading changes nothing: no group's checkpoint moves.`,
    )
    .argument('<stream-or-partition>', 'gavel.bids, or gavel.bids-2 for one partition')
    .option('--from <offset>', 'where to start (default: last)', (text) => parseOffset(text))
    .option('--subject <subscription>', 'only these subjects, in NATS form', parseSubscription)
    .option('--limit <messages>', 'at most this number of messages', parseLimit, 10)
    .addHelpText('after', `\n${offsetHelp}`)
    .addHelpText(
      'after',
      examples(
        ['gavel streams peek gavel.bids', 'the newest messages'],
        [
          "gavel streams peek gavel.bids --from -15m --subject 'gavel.bids.bid_placed.*'",
          'the bids of the last 15 minutes',
        ],
        ['gavel streams peek gavel.bids-2 --from 1200 --limit 1 --json', 'the message at one offset'],
      ),
    )
    .action((name: string, options: PeekOptions, command: Command) =>
      run(command, async ({ session, output }) => {
        const partitions = requirePartitions(name);
        const inspector = await session.inspector();
        const found: SeenMessage[] = [];
        for (const partition of partitions) {
          const extent = await requireExtent(inspector, partition);
          const from = await resolveOffset(inspector, extent, options.from ?? { kind: 'last' });
          found.push(...(await peekPartition(session.reader(), extent, from, options)));
        }
        const shown = found.toSorted(byTime).slice(0, options.limit);
        for (const message of shown) output.item(message, formatMessage(message));
        if (shown.length === 0) output.remark('No messages found.');
      }),
    );
}

/** Up to `limit` messages of a partition, from an offset to the current end. */
async function peekPartition(
  reader: StreamReader,
  extent: Extent,
  from: bigint,
  { subject, limit }: PeekOptions,
): Promise<SeenMessage[]> {
  const found: SeenMessage[] = [];
  if (from >= extent.next) return found;
  for await (const batch of reader.read(extent.partition, from)) {
    for (const delivery of batch) {
      const message = readEvent(extent.partition, delivery);
      if (delivery.offset < extent.next && isSelected(message, subject)) found.push(message);
      if (delivery.offset + 1n >= extent.next || found.length >= limit) return found;
    }
  }
  return found;
}

/** By the broker's clock, then by partition and offset: time is the only order between partitions. */
function byTime(a: SeenMessage, b: SeenMessage): number {
  return (
    a.storedAt.localeCompare(b.storedAt) ||
    a.partition.localeCompare(b.partition) ||
    Number(a.offset - b.offset)
  );
}
