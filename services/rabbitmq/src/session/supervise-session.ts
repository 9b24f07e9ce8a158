import type { Logger } from '@gavel/observability/logger';
import { type BackOff, delayBefore, pause, type Running, withTimeout } from '@gavel/resilience';

/** One connection to the broker and what was set up on it. It ends once and is never used again. */
export interface Session {
  /** Resolves with the reason when the session can no longer be used. */
  readonly ended: Promise<Error>;
  /** Ends the session for a reason that only its user can see. */
  fail(error: Error): void;
  /** Resolves within a few seconds, whatever the broker does. */
  close(): Promise<void>;
}

export interface SupervisionOptions<S extends Session> {
  /** For logs and errors, for example `exchange publisher`. */
  readonly what: string;
  readonly log: Logger;
  readonly backOff: BackOff;
  /** Connects and sets everything up. `signal` is aborted when the session is no longer wanted. */
  open(signal: AbortSignal): Promise<S>;
  /** Default: 15 s. */
  readonly openTimeoutMs?: number;
  onOpened?(session: S): void;
  /** A session ended, or could not be opened. */
  onLost?(error: Error): void;
  /** Work to finish before `stop` closes the open session. Aborted when the session ends. */
  finish?(session: S): Promise<void>;
}

/** A session that is opened again after each loss. */
export interface Supervision<S extends Session> extends Running {
  /** The session in use; undefined while there is none. */
  readonly session: S | undefined;
  /** The session has proved to work: the next loss counts as the first again. */
  proved(): void;
}

const OPEN_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 5_000;
/** A session that lasted this long has proved to work. */
const STEADY_MS = 20_000;

/**
 * Keeps one session open until it is stopped. No AMQP or stream client reconnects without losing messages, so a session is
 * closed at any sign of a problem and another one is opened, with longer pauses after each failure in a row. The first
 * failure is logged, and then the 10th, 100th and so on.
 */
export function superviseSession<S extends Session>(options: SupervisionOptions<S>): Supervision<S> {
  const { what, log } = options;
  const stopping = new AbortController();
  let current: S | undefined;
  let failures = 0;

  const close = (session: S): Promise<void> =>
    withTimeout(`closing ${what}`, CLOSE_TIMEOUT_MS, session.close()).catch((error: unknown) =>
      log.debug({ err: error }, `${what} did not close cleanly`),
    );

  const open = async (): Promise<S | undefined> => {
    const opening = options.open(stopping.signal);
    const ms = options.openTimeoutMs ?? OPEN_TIMEOUT_MS;
    try {
      const session = await unlessAborted(withTimeout(`opening ${what}`, ms, opening), stopping.signal);
      if (session !== undefined) return session;
    } catch (error) {
      closeWhenOpened(opening);
      throw error;
    }
    closeWhenOpened(opening);
    return undefined;
  };

  // A session that opens too late must not stay open.
  const closeWhenOpened = (opening: Promise<S>): void => {
    opening.then(close, (error: unknown) => log.debug({ err: error }, `${what} did not open`));
  };

  /** One session from its opening to its end. Returns why it ended; undefined when it was stopped. */
  const runOnce = async (): Promise<Error | undefined> => {
    const session = await open();
    if (session === undefined) return undefined;
    const openedAt = Date.now();
    current = session;
    try {
      options.onOpened?.(session);
      const ended = await unlessAborted(session.ended, stopping.signal);
      if (ended === undefined && options.finish) {
        await Promise.race([options.finish(session), session.ended]);
      }
      if (Date.now() - openedAt > STEADY_MS) failures = 0;
      return ended;
    } finally {
      current = undefined;
      await close(session);
    }
  };

  const lost = async (error: Error): Promise<void> => {
    failures += 1;
    options.onLost?.(error);
    const retryMs = delayBefore(failures, options.backOff);
    if (/^10*$/.test(String(failures))) log.warn({ err: error, failures }, `${what} lost; connecting again`);
    await pause(retryMs, stopping.signal);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const ended = await runOnce().catch(asError);
      if (ended !== undefined && !stopping.signal.aborted) await lost(ended);
    }
  };
  const running = run();

  return {
    get session() {
      return current;
    },
    proved() {
      failures = 0;
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}

/** The promise's outcome; undefined as soon as the signal is aborted. Leaves no listener behind. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
