import { createLogger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';

/** The channel that relays listen on. The payload is empty: the table is the truth. */
export const WAKE_CHANNEL = 'gavel_outbox';

/** Nudges the relay of one database. */
export interface Wake {
  /** Returns at once and never throws. Many nudges in a row become few notifications. */
  nudge(): void;
}

const log = createLogger('outbox');
const wakes = new WeakMap<Pool, Wake>();

/** The wake of a pool's database, made on first use. */
export function wakeFor(pool: Pool): Wake {
  const known = wakes.get(pool);
  if (known) return known;
  const wake = createWake(pool);
  wakes.set(pool, wake);
  return wake;
}

/**
 * NOTIFY outside the business transaction. Inside one it takes a lock that all notifying transactions of the whole
 * server share and holds it through the commit's flush, so bids on different auctions would queue behind each other.
 * Measured with deploy/proving/src/notify-cost (Postgres 15, fsync on, two busy cores, one event per transaction,
 * aggregates of their own), commits a second inside / after: 1 client 1,981 / 2,537; 8 clients 1,360 / 4,459; 32 clients
 * 3,011 / 4,364; 64 clients 1,133 / 3,583.
 *
 * The first nudge goes out at once; while its statement runs, all further ones become a single second statement. A
 * nudge that is lost (a crash right after COMMIT, a database that went away) costs one interval of the relay's poll.
 */
function createWake(pool: Pool): Wake {
  let running = false;
  let again = false;

  const send = async (): Promise<void> => {
    running = true;
    try {
      do {
        again = false;
        await pool.query({ name: 'outbox-wake', text: `SELECT pg_notify($1, '')`, values: [WAKE_CHANNEL] });
      } while (again);
    } catch (error) {
      log.debug({ err: error }, 'wake not sent, the relay will find the rows by its poll');
    } finally {
      running = false;
    }
  };

  return {
    nudge() {
      if (running) again = true;
      else if (!pool.ended) void send();
    },
  };
}
