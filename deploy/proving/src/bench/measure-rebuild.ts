import { readFile } from 'node:fs/promises';
import { createPool } from '@gavel/postgres/pool';
import { partitionFor } from '@gavel/proto/partitioner';
import { partitionsOf } from '@gavel/proto/topology';
import { STATISTICS_CONSUMER } from '../faults/collect-history.ts';
import type { System } from '../system/start-system.ts';
import { readLastOffsets } from '../system/stream-ends.ts';
import { measureProgress, type Progress } from './measure-progress.ts';
import { rawStreamConsume, rawStreamFill } from './raw-clients.ts';
import { wireEvents } from './sample-events.ts';

export interface Rebuild {
  readonly progress: Progress;
  /** Number of messages in the stream. */
  readonly messages: number;
  /** Events per second that the public stream client passed to an empty handler, from the same stream. */
  readonly raw: number;
  /** Peak memory of the consumer process in bytes; undefined without Linux' /proc. */
  readonly peakBytes: number | undefined;
}

// The tables of the projection and of its consumer.
const FORGET = 'TRUNCATE user_stats, processed_events, checkpoints';
const REACHED =
  'SELECT coalesce(sum(last_offset), 0)::float8 AS reached FROM checkpoints WHERE consumer = $1';

/**
 * Fills the stream of bids up to a number of messages, empties the statistics, and lets the consumer rebuild them from the first
 * message. The consumer must be stopped before.
 */
export async function measureRebuild(
  system: System,
  events: number,
  say: (line: string) => void,
): Promise<Rebuild> {
  const { streamUrl } = system.infrastructure.urls;
  const pool = createPool({
    connectionString: system.databaseUrls.gavel_stats,
    applicationName: 'bench',
    max: 2,
  });
  const ends = (): Promise<Map<string, bigint>> => readLastOffsets(streamUrl, partitionsOf('gavel.bids'));
  const sum = (last: ReadonlyMap<string, bigint>): number =>
    [...last.values()].reduce((all, offset) => all + Number(offset), 0);
  // Reads offsets instead of counting handled events, because counting would slow down the consumer's database.
  const reached = async (): Promise<number> =>
    (await pool.query<{ reached: number }>(REACHED, [STATISTICS_CONSUMER])).rows[0]?.reached ?? 0;
  try {
    const missing = Math.max(0, events - sum(await ends()));
    say(`filling the stream with ${missing} more events`);
    const next = wireEvents();
    await rawStreamFill(streamUrl, missing, () => {
      const event = next();
      return { ...event, partition: partitionFor('gavel.bids', event.aggregateId) };
    });
    const last = await ends();
    say('raw stream client: all of them to an empty handler');
    const { perSecond: raw, messages } = await rawStreamConsume(streamUrl, last);
    await pool.query(FORGET);
    say('the consumer rebuilds the statistics');
    const progress = await measureProgress(reached, sum(last), () =>
      system.startProcess('consumer-user-stats'),
    );
    return { progress, messages, raw, peakBytes: await peakMemory(system.pid('consumer-user-stats')) };
  } finally {
    await pool.end();
  }
}

/** Peak memory (RSS) of a process in bytes; undefined without Linux' /proc. */
async function peakMemory(pid: number | null): Promise<number | undefined> {
  if (pid === null || process.platform !== 'linux') return undefined;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
