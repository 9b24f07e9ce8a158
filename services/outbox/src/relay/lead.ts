import type { Logger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';
import { pause } from '@gavel/service-runtime/pause';
import { type LeaderSession, openCandidate } from './leader-session.ts';

/** Where a relay stands: it holds the outbox, or it stands by. */
export interface Leadership {
  readonly role: 'active' | 'standby';
  /** Why it neither holds the outbox nor stands by; mostly the database's error. */
  readonly problem: string | undefined;
  /**
   * True from its first term until another relay holds the outbox. Unlike `role` it stays true between two terms: while
   * the broker is unavailable, terms are short.
   */
  readonly reports: boolean;
  /** Asks the term to end and resolves when it has. */
  stop(): Promise<void>;
}

export interface LeadershipOptions {
  /** Works as the only active relay of the outbox. Rejects when the outbox is lost, resolves soon after `stop` fires. */
  lead(session: LeaderSession, stop: AbortSignal): Promise<void>;
  onFailure(): void;
  log: Logger;
}

// Standbys ask this often, so a takeover takes well under 2 seconds. Waiting inside pg_advisory_lock would be a little
// faster, but it holds a snapshot open the whole time, which keeps vacuum from all tables of the server.
const STANDBY_MS = 300;
const LONGEST_DELAY_MS = 3_000;

/** Stands by until no other relay holds the outbox, leads, and does so again after every failure until it is stopped. */
export function startLeadership(pool: Pool, options: LeadershipOptions): Leadership {
  const { log } = options;
  const stopping = new AbortController();
  const stop = stopping.signal;
  let active = false;
  let reports = false;
  let problem: string | undefined = 'starting';

  const standBy = async (): Promise<void> => {
    const session = await openCandidate(pool);
    try {
      problem = undefined;
      while (!stop.aborted && !(await session.tryLock())) {
        reports = false;
        await pause(STANDBY_MS, stop);
      }
      if (stop.aborted) return;
      active = true;
      reports = true;
      await options.lead(session, stop);
    } finally {
      active = false;
      session.close();
    }
  };

  const run = async (): Promise<void> => {
    let delay = STANDBY_MS;
    while (!stop.aborted) {
      const startedAt = Date.now();
      try {
        await standBy();
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        options.onFailure();
        // After a long term the next try comes soon; after failures at once the delay grows.
        const lastedLong = Date.now() - startedAt > LONGEST_DELAY_MS;
        delay = lastedLong ? STANDBY_MS : Math.min(delay * 2, LONGEST_DELAY_MS);
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
