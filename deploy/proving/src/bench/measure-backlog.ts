import { createPool } from '@gavel/postgres/pool';
import { waitUntilDrained } from '../faults/wait-until-drained.ts';
import type { System } from '../system/start-system.ts';
import { measureProgress, type Progress } from './measure-progress.ts';
import { appendBacklog } from './sample-events.ts';

/**
 * Stops the consumer and the relay, appends a backlog, and lets the relay publish it alone, as after an outage: from the
 * outbox through stream and exchange until the rows are marked as published. The consumer stays stopped.
 */
export async function measureBacklog(
  system: System,
  events: number,
  say: (line: string) => void,
): Promise<Progress> {
  const pool = createPool({
    connectionString: system.databaseUrls.gavel_bids,
    applicationName: 'bench',
    max: 2,
  });
  const published = async (): Promise<number> => {
    const { rows } = await pool.query<{ at: number }>(
      'SELECT published_position::float8 AS at FROM outbox_relay',
    );
    return rows[0]?.at ?? 0;
  };
  try {
    const left = await waitUntilDrained(system, 60_000);
    if (left !== undefined) throw new Error(`not drained: ${JSON.stringify(left)}`);
    await system.stopProcess('consumer-user-stats');
    await system.stopProcess('relay-bids');
    say(`appending ${events} events`);
    await appendBacklog(pool, events);
    say('relay works off the backlog');
    return await measureProgress(published, (await published()) + events, () =>
      system.startProcess('relay-bids'),
    );
  } finally {
    await pool.end();
  }
}
