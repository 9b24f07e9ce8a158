import type { Logger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';
import { type BackOff, delayBefore, pause, type Running } from '@gavel/resilience';
import { type LeaderCandidate, type LeaderSession, openCandidate } from './leader-session.ts';
import { RELAY_LEASE, startRenewing, watchHolder } from './lease.ts';

/** The role of a relay: it holds the outbox, or it is on standby. */
export interface Leadership extends Running {
  readonly role: 'active' | 'standby';
  /** Why it is neither active nor on standby; usually the database's error. */
  readonly problem: string | undefined;
  /**
   * True from its first term until another relay holds the outbox. Unlike `role` it stays true between two terms: while
   * the broker is unavailable, terms are short.
   */
  readonly reports: boolean;
}

export interface LeadershipOptions {
  /** Works as the only active relay of the outbox. Rejects when the outbox is lost, resolves soon after `stop` fires. */
  lead(session: LeaderSession, stop: AbortSignal): Promise<void>;
  onFailure(): void;
  log: Logger;
}

// Standbys try to get the lock this often, so a takeover takes well under 2 seconds. Waiting inside pg_advisory_lock would
// be a little faster, but it holds a snapshot open the whole time, which prevents vacuum from cleaning all tables of the
// server.
const STANDBY_MS = 300;
// The server ends the session of a silent holder within milliseconds.
const ENDED_MS = 50;
const BACK_OFF: BackOff = { firstMs: 300, maxMs: 3_000 };

/** Waits on standby until no other relay holds the outbox, then leads. Repeats this after every failure until it is stopped. */
export function startLeadership(pool: Pool, options: LeadershipOptions): Leadership {
  const { log } = options;
  const stopping = new AbortController();
  const stop = stopping.signal;
  let active = false;
  let reports = false;
  let problem: string | undefined = 'starting';

  const standBy = async (): Promise<void> => {
    const session = await openCandidate(pool);
    let renewing: Running | undefined;
    try {
      problem = undefined;
      await waitForLock(session);
      if (stop.aborted) return;
      renewing = startRenewing(pool, RELAY_LEASE, session.backend);
      active = true;
      reports = true;
      await options.lead(session, stop);
    } finally {
      active = false;
      session.close();
      // Not awaited: the lock is free already, and a last renewal may wait for a database that does not answer.
      void renewing?.stop();
    }
  };

  /** Returns with the lock, or when it is stopped. Ends the session of a relay that holds the lock and is frozen. */
  const waitForLock = async (session: LeaderCandidate): Promise<void> => {
    const holder = watchHolder(session, RELAY_LEASE);
    while (!stop.aborted && !(await session.tryLock())) {
      reports = false;
      const ended = await holder.endIfSilent();
      if (ended !== undefined) {
        log.warn(
          { backend: ended },
          'the active relay does not renew its lease; its database session was ended',
        );
      }
      await pause(ended === undefined ? STANDBY_MS : ENDED_MS, stop);
    }
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stop.aborted) {
      const startedAt = Date.now();
      try {
        await standBy();
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        options.onFailure();
        // A term that lasted some time counts as a success. Only immediate failures make the delay longer.
        failures = Date.now() - startedAt > BACK_OFF.maxMs ? 1 : failures + 1;
        const delay = Math.round(delayBefore(failures, BACK_OFF));
        log.warn({ err: error, delay }, 'outbox lost, trying to take it again');
        await pause(delay, stop);
      }
    }
  };

  const ended = run();
  return {
    get role() {
      return active ? 'active' : 'standby';
    },
    get problem() {
      return problem;
    },
    get reports() {
      return reports;
    },
    stop() {
      stopping.abort();
      return ended;
    },
  };
}
