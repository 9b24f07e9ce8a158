import { Command } from 'commander';
import { requireExtent, resolvePlace } from '../../streams/extent.ts';
import { formatMessage } from '../../streams/format-message.ts';
import { type Place, parsePlace, placeHelp } from '../../streams/place.ts';
import { readEvent } from '../../streams/read-event.ts';
import { isSelected, parseSubscription } from '../../streams/select-subject.ts';
import { requirePartitions } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import { parseCount } from '../../terminal/parse-count.ts';
import type { Run } from '../../terminal/run-command.ts';

interface TailOptions {
  readonly from?: Place;
  readonly subject?: string;
  readonly limit?: number;
}

export function tailStream(run: Run): Command {
  return new Command('tail')
    .summary('print messages as they come')
    .description('Prints messages as `peek` does and goes on with what comes, until Ctrl-C or the limit.')
    .argument('<stream-or-partition>', 'gavel.bids, or gavel.bids-2 for one partition')
    .option('--from <place>', 'where to begin (default: next)', (text) => parsePlace(text))
    .option('--subject <subscription>', 'only these subjects, in NATS form', parseSubscription)
    .option('--limit <messages>', 'end after so many', parseCount)
    .addHelpText('after', `\n${placeHelp}`)
    .addHelpText(
      'after',
      examples(
        ["gavel streams tail gavel.bids --subject 'gavel.bids.>'", 'follow everything about auctions'],
        ['gavel streams tail gavel.bids --from -1h --json | jq .body', 'bodies of the last hour, and on'],
      ),
    )
    .action((name: string, options: TailOptions, command: Command) =>
      run(command, async ({ session, output, interrupted }) => {
        const partitions = requirePartitions(name);
        const inspector = await session.inspector();
        const starts: { readonly partition: string; readonly from: bigint }[] = [];
        for (const partition of partitions) {
          const extent = await requireExtent(inspector, partition);
          const from = await resolvePlace(inspector, extent, options.from ?? { kind: 'next' });
          starts.push({ partition, from });
        }
        let left = options.limit ?? Number.POSITIVE_INFINITY;
        const follow = async ({ partition, from }: (typeof starts)[number]): Promise<void> => {
          for await (const batch of session.reader().read(partition, from)) {
            for (const delivery of batch) {
              const message = readEvent(partition, delivery);
              if (!isSelected(message, options.subject)) continue;
              if (left <= 0) return;
              left -= 1;
              output.item(message, formatMessage(message));
              if (left <= 0) return;
            }
          }
        };
        const stopped = new Promise<void>((resolve) => {
          interrupted.addEventListener('abort', () => resolve(), { once: true });
        });
        // The first reader that reaches the limit, fails, or Ctrl-C ends all; closing the session ends the others.
        const following = starts.map(follow);
        for (const one of following) one.catch(() => undefined);
        if (options.limit === undefined && !output.json)
          output.remark(`following ${partitions.join(', ')}; Ctrl-C ends`);
        await Promise.race([...following, stopped]);
      }),
    );
}
