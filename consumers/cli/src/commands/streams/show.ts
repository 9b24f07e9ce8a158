import { partitionsOf, streamRetention } from '@gavel/proto/topology';
import type { Command } from 'commander';
import type { Session } from '../../connections/session.ts';
import { type BrokerQueue, readQueues, secondsOf } from '../../streams/broker-queues.ts';
import { publisherOf, readPartitionFacts } from '../../streams/partition-facts.ts';
import { requireStream, streamHelp } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatAge, formatBytes, formatMoment } from '../../terminal/units.ts';

// The size of a full segment file; the newest one is not full.
const segmentBytes: number = streamRetention.maxSegmentSizeBytes;

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Shows each partition: first and last offset, messages, size, age of the oldest message, what it keeps at most,
and the last position that its relay has published. The broker reports size in segments of ${formatBytes(segmentBytes)}, so the size is an upper bound.`,
    )
    .argument('<stream>', streamHelp)
    .addHelpText(
      'after',
      examples(['gavel streams show gavel.bids', 'the first and last offset of each partition']),
    )
    .action((name: string, _, command: Command) =>
      run(command, async ({ session, output }) => {
        const stream = requireStream(name);
        const inspector = await session.inspector();
        const queues = await readStreamQueues(session);
        const partitions = [];
        for (const partition of partitionsOf(stream)) {
          const facts = await readPartitionFacts(inspector, stream, partition);
          const queue = queues.get(partition);
          partitions.push({
            ...facts,
            oldestAt: formatMoment(facts.oldestAt),
            newestAt: formatMoment(facts.newestAt),
            oldestAgeSeconds: facts.oldestAt === null ? null : (Date.now() - facts.oldestAt) / 1000,
            segments: queue?.segments ?? null,
            maxAge: queue?.maxAge ?? null,
            maxLengthBytes: queue?.maxLengthBytes ?? null,
          });
        }
        output.answer(
          { stream, publisher: publisherOf(stream), partitions },
          formatTable(
            [
              'PARTITION',
              'FIRST',
              'LAST',
              'MESSAGES',
              'SIZE',
              'OLDEST',
              'KEEPS',
              publisherOf(stream).toUpperCase(),
            ],
            partitions.map((each) => [
              each.partition,
              each.exists ? each.first : 'missing',
              each.last,
              each.messages,
              each.segments === null ? null : `<= ${formatBytes(each.segments * segmentBytes)}`,
              each.oldestAgeSeconds === null ? null : `${formatAge(each.oldestAgeSeconds)} ago`,
              describeLimits(each),
              each.lastPublishingId,
            ]),
          ),
        );
      }),
    );
}

/** What the broker says about each queue. Throws `unreachable`. */
async function readStreamQueues(session: Session): Promise<ReadonlyMap<string, BrokerQueue>> {
  const queues = await readQueues(session.url('MANAGEMENT_URL'), session.url('STREAM_URL'));
  return new Map(queues.map((queue) => [queue.name, queue]));
}

interface Limits {
  readonly maxAge: string | null;
  readonly maxLengthBytes: number | null;
}

/** `7 d 0 h, 5.0 GB`; null for a partition that keeps everything, or does not exist. */
function describeLimits({ maxAge, maxLengthBytes }: Limits): string | null {
  const limits = [
    ...(maxAge === null ? [] : [formatAge(secondsOf(maxAge))]),
    ...(maxLengthBytes === null ? [] : [formatBytes(maxLengthBytes)]),
  ];
  return limits.length === 0 ? null : limits.join(', ');
}
