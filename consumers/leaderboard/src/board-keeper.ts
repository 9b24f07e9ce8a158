import { randomUUID } from 'node:crypto';
import { createLogger } from '@gavel/observability/logger';
import { startLoop } from '@gavel/resilience';
import { keepBoards, type Round } from './application/keep-boards.ts';
import type { BoardSource, BoardStore } from './application/ports.ts';

const log = createLogger('board-keeper');

/** Between two reads of the list of changes. */
const PAUSE_MS = 200;
const AFTER_FAILURE = { firstMs: 500, maxMs: 500 };

/** Keeps the boards in Redis up to date while no other member does. */
export interface BoardKeeper {
  /** The last round's outcome; `unavailable` while Redis or Postgres does not answer. */
  readonly state: Round['kind'] | 'unavailable';
  /** Finishes the current round and lets another member take over immediately. */
  stop(): Promise<void>;
}

/**
 * Starts immediately and retries without a limit: Redis and Postgres may fail, and Redis may be empty after a restart,
 * at any time.
 */
export function startBoardKeeper(source: BoardSource, store: BoardStore): BoardKeeper {
  const holder = randomUUID();
  let state: BoardKeeper['state'] = 'standby';

  const keepOnce = async (): Promise<number> => {
    try {
      const round = await keepBoards(source, store, holder);
      if (round.kind === 'kept' && round.rebuilt) log.info('the boards were built again');
      state = round.kind;
      return round.kind === 'kept' && (round.written > 0 || round.rebuilt) ? 0 : PAUSE_MS;
    } catch (error) {
      state = 'unavailable';
      throw error;
    }
  };
  const loop = startLoop('board-keeper', keepOnce, AFTER_FAILURE);
  return {
    get state() {
      return state;
    },
    async stop() {
      await loop.stop();
      // Without this, another member takes over only after ten seconds, as it does if the database is unavailable now.
      await source.release(holder).catch((error: unknown) => log.debug({ err: error }, 'not released'));
    },
  };
}
