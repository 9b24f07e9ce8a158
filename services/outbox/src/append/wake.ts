import { createLogger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';

/** The channel that relays listen on. The payload is empty, because the relay reads the table. */
export const WAKE_CHANNEL = 'gavel_outbox';

/** Notifies the relay of one database that there are new rows. */
export interface Wake {
  /** Returns at once and never throws. Many calls in a row become few notifications. */
  nudge(): void;
}

const log = createLogger('outbox');
const wakes = new WeakMap<Pool, Wake>();

/** The wake of a pool's database, created on first use. */
export function wakeFor(pool: Pool): Wake {
  const known = wakes.get(pool);
  if (known) return known;
  const wake = createWake(pool);
  wakes.set(pool, wake);
  return wake;
}

/**
 * NOTIFY runs outside the business transaction. Inside it, NOTIFY takes a lock that all notifying transactions of the server
 * share, and holds it until the commit is flushed, so bids on different auctions would wait for each other.
 * Measured with deploy/proving/src/notify-cost (Postgres 15, fsync on, two busy cores, one event per transaction, separate
 * aggregates), commits per second inside / outside: 1 client 1,981 / 2,537; 8 clients 1,360 / 4,459; 32 clients
 * 3,011 / 4,364; 64 clients 1,133 / 3,583.
 *
 * The first call is sent at once. Calls that come while its statement runs share one second statement. When a notification is
 * lost (a crash after COMMIT, a lost connection), the relay finds the rows with its next poll.
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
      log.debug({ err: error }, 'notification not sent, the relay finds the rows with its next poll');
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
