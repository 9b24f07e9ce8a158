import type { Pool } from '@gavel/postgres/pool';
import { pause, type Running } from '@gavel/resilience';
import { type LeaderSession, openCandidate } from '../relay/leader-session.ts';
import { REFILL_LEASE, RELAY_LEASE, startRenewing, watchHolder } from '../relay/lease.ts';
import { beginTerm, type TermStart } from '../relay/term/term-records.ts';

/** The session of a refill. It is the only refill of its outbox from its start to its end, and takes the outbox for moments. */
export interface RefillSession {
  readonly session: LeaderSession;
  /** Takes the outbox from the relay under a new epoch. Nothing of it is published until `release`. */
  take(holder: string): Promise<TermStart>;
  /** Gives the outbox back to the relays. */
  release(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_MS = 300;
// The session of a frozen refill is ended after six looks.
const LOOKS = 9;

/** Opens the session. Rejects while another refill of the same outbox works. */
export async function openRefillSession(pool: Pool, signal: AbortSignal | undefined): Promise<RefillSession> {
  const session = await openCandidate(pool);
  const renewing = new Map<string, Running>();
  const stopRenewing = async (name: string): Promise<void> => {
    await renewing.get(name)?.stop();
    renewing.delete(name);
  };
  try {
    const other = watchHolder(session, REFILL_LEASE);
    for (let looks = 1; !(await session.tryLock(REFILL_LEASE)); looks++) {
      if (looks > LOOKS) throw new Error('another refill of this outbox is running');
      await other.endIfSilent();
      await pause(LOOK_MS, signal ?? new AbortController().signal);
      signal?.throwIfAborted();
    }
  } catch (error) {
    session.close();
    throw error;
  }
  renewing.set(REFILL_LEASE.name, startRenewing(pool, REFILL_LEASE, session.backend));
  return {
    session,
    async take(holder) {
      await session.takeLock();
      renewing.set(RELAY_LEASE.name, startRenewing(pool, RELAY_LEASE, session.backend));
      return beginTerm(session, holder);
    },
    async release() {
      await stopRenewing(RELAY_LEASE.name);
      await session.unlock();
    },
    async close() {
      session.close();
      for (const name of [...renewing.keys()]) await stopRenewing(name);
    },
  };
}
