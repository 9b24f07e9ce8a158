import { refill } from '@gavel/outbox/refill';
import { createPool } from '@gavel/postgres/pool';
import type { System } from '../system/start-system.ts';
import { queryOnce, untilItWorks } from './until-it-works.ts';

type Target = Pick<System, 'databaseUrls' | 'infrastructure' | 'urls'>;

/** Waits until the statistics consumer reports that it cannot read a partition without loss. */
export async function untilRefused({ urls }: Target, partition: string): Promise<void> {
  await untilItWorks(`the refusal of ${partition}`, async () => {
    const answer = await fetch(`${urls['consumer-user-stats']}/status`, {
      signal: AbortSignal.timeout(5_000),
    });
    const { partitions } = (await answer.json()) as { partitions: { partition: string; state: string }[] };
    const state = partitions.find((each) => each.partition === partition)?.state;
    if (state !== 'refused') throw new Error(`${partition} is ${state}`);
  });
}

/** Recreates a partition from Postgres. Its offsets are new. */
export async function refillPartition(system: Target, partition: string): Promise<void> {
  const { amqpUrl, streamUrl } = system.infrastructure.urls;
  await untilItWorks(`the refill of ${partition}`, async () => {
    const pool = createPool({
      connectionString: system.databaseUrls.gavel_bids,
      applicationName: 'proving refill',
      max: 3,
    });
    try {
      const { stillLost } = await refill({ outbox: 'bids', pool, amqpUrl, streamUrl, partition });
      if (stillLost.length > 0) throw new Error(`${partition} is still lost`);
    } finally {
      await pool.end();
    }
  });
}

/** What the README of the consumer runtime tells an operator: refill the partition, then set every group to its start. */
export async function repairFromPostgres(system: Target, partition: string): Promise<void> {
  await refillPartition(system, partition);
  for (const url of Object.values(system.databaseUrls)) {
    await untilItWorks('the seek', () => seekToFirst(url, partition));
  }
}

async function seekToFirst(databaseUrl: string, partition: string): Promise<void> {
  const [found] = (await queryOnce(
    databaseUrl,
    `SELECT to_regclass('checkpoints') IS NOT NULL AS yes`,
    [],
  )) as {
    yes: boolean;
  }[];
  if (found?.yes !== true) return;
  await queryOnce(
    databaseUrl,
    `UPDATE checkpoints SET last_offset = NULL, seen_offset = NULL, seen_message = NULL WHERE stream_partition = $1`,
    [partition],
  );
}
