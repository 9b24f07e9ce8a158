import { randomUUID } from 'node:crypto';
import { createLogger } from '@gavel/observability/logger';
import { pause } from '@gavel/resilience';
import { keepBoards, type Round } from './application/keep-boards.ts';
import type { BoardSource, BoardStore } from './application/ports.ts';

const log = createLogger('board-keeper');

/** Between two looks at what has changed. */
const PAUSE_MS = 200;
const AFTER_FAILURE_MS = 500;

/** Keeps the boards in Redis, as long as no other member does. */
export interface BoardKeeper {
  /** What the last round came to; `away` while Redis or Postgres does not answer. */
  readonly state: Round['kind'] | 'away';
  /** Ends the round in hand and lets another member keep the boards at once. */
  stop(): Promise<void>;
}

/** Begins at once and goes on for ever: Redis and Postgres may go away, and come back empty, any time. */
export function startBoardKeeper(source: BoardSource, store: BoardStore): BoardKeeper {
  const holder = randomUUID();
  const stopping = new AbortController();
  let state: BoardKeeper['state'] = 'standby';

  const once = async (): Promise<number> => {
    try {
      const round = await keepBoards(source, store, holder);
      if (state === 'away') log.info('the boards are kept again');
      if (round.kind === 'kept' && round.rebuilt) log.info('the boards were built anew');
      state = round.kind;
      return round.kind === 'kept' && (round.told > 0 || round.rebuilt) ? 0 : PAUSE_MS;
    } catch (error) {
      if (state !== 'away')
        log.warn({ err: error }, 'the boards cannot be kept; trying again until they can');
      state = 'away';
      return AFTER_FAILURE_MS;
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) await pause(await once(), stopping.signal);
    // Another member would otherwise wait for ten seconds; it does when the database is away now.
    await source.release(holder).catch((error: unknown) => log.debug({ err: error }, 'not released'));
  };
  const ended = run();
  return {
    get state() {
      return state;
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
