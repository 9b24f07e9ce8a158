import { Command } from 'commander';
import { requireExtent, resolvePlace } from '../../streams/extent.ts';
import { formatMessage } from '../../streams/format-message.ts';
import { inTimeOrder, peekPartition } from '../../streams/peek-partition.ts';
import { type Place, parsePlace, placeHelp } from '../../streams/place.ts';
import type { SeenMessage } from '../../streams/read-event.ts';
import { parseSubscription } from '../../streams/select-subject.ts';
import { requirePartitions } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import { parseCount } from '../../terminal/parse-count.ts';
import type { Run } from '../../terminal/run-command.ts';

interface PeekOptions {
  readonly from?: Place;
  readonly subject?: string;
  readonly limit: number;
}

export function peekStream(run: Run): Command {
  return new Command('peek')
    .summary('print some messages and stop')
    .description(
      `Prints messages of a stream, or of one partition, with their bodies decoded, up to the end as it is now. Messages
of several partitions come in the order of the broker's clock. Reading disturbs nobody: no group's place changes.`,
    )
    .argument('<stream-or-partition>', 'gavel.bids, or gavel.bids-2 for one partition')
    .option('--from <place>', 'where to begin (default: last)', (text) => parsePlace(text))
    .option('--subject <subscription>', 'only these subjects, in NATS form', parseSubscription)
    .option('--limit <messages>', 'at most so many', parseCount, 10)
    .addHelpText('after', `\n${placeHelp}`)
    .addHelpText(
      'after',
      examples(
        ['gavel streams peek gavel.bids', 'what came last'],
        [
          "gavel streams peek gavel.bids --from -15m --subject 'gavel.bids.bid_placed.*'",
          'the bids of 15 minutes',
        ],
        ['gavel streams peek gavel.bids-2 --from 1200 --limit 1 --json', 'the one message at an offset'],
      ),
    )
    .action((name: string, options: PeekOptions, command: Command) =>
      run(command, async ({ session, output }) => {
        const partitions = requirePartitions(name);
        const inspector = await session.inspector();
        const found: SeenMessage[] = [];
        for (const partition of partitions) {
          const extent = await requireExtent(inspector, partition);
          const from = await resolvePlace(inspector, extent, options.from ?? { kind: 'last' });
          found.push(...(await peekPartition(session.reader(), extent, from, options)));
        }
        const shown = inTimeOrder(found).slice(0, options.limit);
        for (const message of shown) output.item(message, formatMessage(message));
        if (shown.length === 0) output.remark('No message there.');
      }),
    );
}
