import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSignal, type Signal } from '@gavel/resilience';
import { sendJson } from '@gavel/service-runtime/http-server';
import type { RevokedSessionsAnswer } from '@gavel/service-runtime/revoked-sessions';
import type { RevokedSession } from '../../application/ports.ts';

// Short, because a process that stops waits for its running requests.
const HOLD_MS = 2_000;
// Tokens are issued by the clocks of processes, and sessions are revoked by the clock of the database.
const CLOCKS_DIFFER_MS = 60_000;

/** The sessions that were revoked while access tokens of theirs may still be valid, in the order in which this process learned. */
export interface RevokedList {
  /** Adds sessions that are new to the list, and wakes the requests that wait. */
  add(sessions: readonly RevokedSession[]): void;
  /** The sessions after a cursor, at once if there are any, otherwise after at most `ms`. */
  since(cursor: string, ms: number): Promise<RevokedSessionsAnswer>;
}

/** Answers as soon as there are sessions after the cursor in `after`, or after two seconds. 503 until the database was read. */
export function serveRevokedSessions(list: RevokedList, isLoaded: () => boolean) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isLoaded()) return sendJson(response, 503, { status: 'starting' });
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    sendJson(response, 200, await list.since(searchParams.get('after') ?? '', HOLD_MS));
  };
}

/**
 * Each process has its own list with its own cursors. Cursors count what this process has learned and are no times, because a
 * transaction that revoked a session early may commit late.
 * @param lifetimeMs how long access tokens are valid
 */
export function createRevokedList(lifetimeMs: number): RevokedList {
  const list = randomUUID();
  const entries = new Map<string, { until: number; number: number }>();
  const waiting = new Set<Signal>();
  let last = 0;

  const read = (cursor: string): RevokedSessionsAnswer => {
    const [from, number] = cursor.split('.');
    const complete = from !== list;
    const after = complete ? 0 : Number(number);
    const news = [...entries].filter(([, entry]) => entry.number > after);
    const sessions = news.map(([id, { until }]) => ({ id, until }));
    return { cursor: `${list}.${last}`, complete, sessions };
  };
  return {
    add(sessions) {
      const now = Date.now();
      for (const [id, { until }] of entries) if (until <= now) entries.delete(id);
      const known = last;
      for (const { id, revokedAt } of sessions) {
        const until = revokedAt.getTime() + lifetimeMs + CLOCKS_DIFFER_MS;
        if (until > now && !entries.has(id)) entries.set(id, { until, number: ++last });
      }
      if (last > known) for (const signal of waiting) signal.notify();
    },
    async since(cursor, ms) {
      const now = read(cursor);
      if (now.complete || now.sessions.length > 0) return now;
      const signal = createSignal();
      waiting.add(signal);
      await signal.wait(ms);
      waiting.delete(signal);
      return read(cursor);
    },
  };
}
