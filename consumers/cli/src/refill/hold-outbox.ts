import { setTimeout as sleep } from 'node:timers/promises';
import { type LeaderSession, openCandidate } from '@gavel/outbox/relay/leader-session';
import { beginTerm } from '@gavel/outbox/relay/term';
import type { Pool } from '@gavel/postgres/pool';
import { CommandFailure } from '../command-failure.ts';
import { readLeader } from '../outbox/read-leader.ts';

/** A relay that lost its session closes its publishers at once; this is ample for its goodbyes to the broker. */
const GOODBYE_MS = 2_500;
const LOCK_TRIES = 40;

/**
 * Takes an outbox as a relay does, so that no relay publishes meanwhile: they stand by until the session is closed. With
 * `takeOver` the session of the relay that holds it is ended; without, the answer is `refused`.
 */
export async function holdOutbox(pool: Pool, outbox: string, takeOver: boolean): Promise<LeaderSession> {
  const candidate = await openCandidate(pool);
  try {
    if (!(await candidate.tryLock())) {
      const { holder } = await readLeader(pool);
      if (!takeOver) {
        throw new CommandFailure(
          'refused',
          `relay ${holder} is publishing outbox ${outbox}`,
          'Stop the relay, or add --take-over: it then stands by until this is done.',
        );
      }
      await endHolder(pool);
      for (let tries = 1; !(await candidate.tryLock()); tries++) {
        if (tries > LOCK_TRIES)
          throw new CommandFailure('refused', `outbox ${outbox} cannot be taken from its relay`);
        await sleep(25);
      }
      await sleep(GOODBYE_MS);
    }
    // A new epoch: whoever held the outbox before can neither claim nor move the watermark.
    await beginTerm(candidate, 'gavel refill');
    return candidate;
  } catch (error) {
    candidate.close();
    throw error;
  }
}

async function endHolder(pool: Pool): Promise<void> {
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND granted AND objsubid = 1
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND classid::bigint = $1::bigint >> 32 AND objid::bigint = $1::bigint & 4294967295`,
    [LOCK],
  );
}

// services/outbox, leader-session.ts
const LOCK = 7_203_145_100;
