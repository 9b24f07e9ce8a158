import type { Command } from 'commander';
import { requireExtent, resolveOffset } from '../../streams/extent.ts';
import { type OffsetSpec, offsetHelp, parseOffset } from '../../streams/offset-spec.ts';
import { formatMessage, readEvent } from '../../streams/read-event.ts';
import { isSelected, parseLimit, parseSubscription } from '../../streams/select-messages.ts';
import { requirePartitions } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { CommandContext, Run } from '../../terminal/run-command.ts';

interface TailOptions {
  readonly from?: OffsetSpec;
  readonly subject?: string;
  readonly limit?: number;
}

export function define(verb: Command, run: Run): void {
  verb
    .description('Prints messages like `peek`, and continues with new ones until Ctrl-C or the limit.')
    .argument('<stream-or-partition>', 'gavel.bids, or gavel.bids-2 for one partition')
    .option('--from <offset>', 'where to start (default: next)', (text) => parseOffset(text))
    .option('--subject <subscription>', 'only these subjects, in NATS form', parseSubscription)
    .option('--limit <messages>', 'stop after this number of messages', parseLimit)
    .addHelpText('after', `\n${offsetHelp}`)
    .addHelpText(
      'after',
      examples(
        ["gavel streams tail gavel.bids --subject 'gavel.bids.>'", 'follow everything about auctions'],
        [
          'gavel streams tail gavel.bids --from -1h --json | jq .body',
          'bodies of the last hour and new ones',
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
  const inspector = await session.inspector();
  const starts: { readonly partition: string; readonly from: bigint }[] = [];
  for (const partition of partitions) {
    const extent = await requireExtent(inspector, partition);
    const from = await resolveOffset(inspector, extent, options.from ?? { kind: 'next' });
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
  if (options.limit === undefined && !output.json)
    output.remark(`following ${partitions.join(', ')}; press Ctrl-C to stop`);
  // The command ends at Ctrl-C, or when one reader reaches the limit or fails. Closing the session ends the other readers.
  await Promise.race([...starts.map(follow), stopped]);
}
