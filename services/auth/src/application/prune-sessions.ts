import type { SessionStore } from './ports.ts';

// Small enough that one statement's locks and WAL are never felt by a sign-in.
const BATCH = 500;

export type PruneSessions = () => Promise<number>;

/** Removes sessions that ended a day ago or earlier, with all their tokens; returns how many went. */
export function createPruneSessions(sessions: SessionStore): PruneSessions {
  return async () => {
    let total = 0;
    for (;;) {
      const removed = await sessions.prune(BATCH);
      total += removed;
      if (removed < BATCH) return total;
    }
  };
}
