import type { Pool } from '@gavel/postgres/pool';

const EVERY_PARTITION = '*';

/** Reads which partitions of a group are paused. The result answers for a partition's name. */
export async function readPauses(pool: Pool, consumer: string): Promise<(partition: string) => boolean> {
  const { rows } = await pool.query<{ stream_partition: string }>({
    name: 'read-pauses',
    text: 'SELECT stream_partition FROM consumer_pauses WHERE consumer = $1',
    values: [consumer],
  });
  const paused = new Set(rows.map((row) => row.stream_partition));
  return (partition) => paused.has(partition) || paused.has(EVERY_PARTITION);
}

/** Pauses a partition of a group, or all of them, until it is resumed. Members notice within two seconds. */
export async function writePause(pool: Pool, consumer: string, partition = EVERY_PARTITION): Promise<void> {
  await pool.query(
    'INSERT INTO consumer_pauses (consumer, stream_partition) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [consumer, partition],
  );
}

/** Ends the pause of one partition, or without an argument every pause of the group. */
export async function removePause(pool: Pool, consumer: string, partition?: string): Promise<void> {
  await pool.query(
    'DELETE FROM consumer_pauses WHERE consumer = $1 AND ($2::text IS NULL OR stream_partition = $2)',
    [consumer, partition ?? null],
  );
}
