import { partitionsOf } from '@gavel/proto/topology';
import type { Command } from 'commander';
import { readPartitionFacts } from '../../streams/partition-facts.ts';
import { streamNames } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatMoment } from '../../terminal/units.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      'Lists the streams with their partitions, messages, and the times of the oldest and newest message.',
    )
    .addHelpText(
      'after',
      examples(
        ['gavel streams ls', 'a table'],
        ["gavel streams ls --json | jq '.[].messages'", 'for a script'],
      ),
    )
    .action((_, command: Command) =>
      run(command, async ({ session, output }) => {
        const inspector = await session.inspector();
        const streams = [];
        for (const stream of streamNames) {
          const partitions = [];
          for (const partition of partitionsOf(stream)) {
            partitions.push(await readPartitionFacts(inspector, stream, partition));
          }
          const times = partitions.flatMap(({ oldestAt, newestAt }) =>
            [oldestAt ?? [], newestAt ?? []].flat(),
          );
          streams.push({
            stream,
            partitions: partitions.length,
            missing: partitions.filter(({ exists }) => !exists).length,
            messages: partitions.reduce((sum, { messages }) => sum + messages, 0n),
            oldest: formatMoment(times.length > 0 ? Math.min(...times) : null),
            newest: formatMoment(times.length > 0 ? Math.max(...times) : null),
          });
        }
        output.answer(
          streams,
          formatTable(
            ['STREAM', 'PARTITIONS', 'MISSING', 'MESSAGES', 'OLDEST', 'NEWEST'],
            streams.map((each) => [
              each.stream,
              each.partitions,
              each.missing,
              each.messages,
              each.oldest,
              each.newest,
            ]),
          ),
        );
      }),
    );
}
