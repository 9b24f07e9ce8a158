import { createLogger } from '@gavel/observability/logger';
import pg from 'pg';

const log = createLogger('postgres');
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
// A connection whose peer vanished silently is only found by using it.
const PROBE_MS = 10_000;

export interface ListenOptions {
  connectionString: string;
  channel: string;
  onNotify: (payload: string) => void;
  /** Runs each time that LISTEN took hold. Notifications sent while it did not are lost: look at the table now. */
  onConnect?: () => void;
}

export interface Listener {
  /** False while the connection is being found again. */
  readonly connected: boolean;
  close(): Promise<void>;
}

/**
 * Listens on one channel, over a connection of its own, and keeps doing so: a lost connection is opened again with
 * a growing delay of at most 5 seconds. A notification is a nudge; the caller keeps a poll as its safety net.
 */
export function listen(options: ListenOptions): Listener {
  let client: pg.Client | undefined;
  let connected = false;
  let closed = false;
  let delay = FIRST_DELAY_MS;
  let timer: NodeJS.Timeout | undefined;

  const retry = (error: unknown): void => {
    if (closed) return;
    connected = false;
    log.warn({ err: error, channel: options.channel, delay }, 'LISTEN lost, trying again');
    timer = setTimeout(() => void connect(), delay);
    delay = Math.min(delay * 2, LONGEST_DELAY_MS);
  };

  const connect = async (): Promise<void> => {
    const attempt = new pg.Client({
      connectionString: options.connectionString,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client = attempt;
    let failed = false;
    const fail = (error: unknown): void => {
      if (failed) return;
      failed = true;
      clearInterval(probe);
      attempt.end().catch((cause: unknown) => log.debug({ err: cause }, 'closing a lost LISTEN connection'));
      retry(error);
    };
    attempt.on('error', fail);
    attempt.on('end', () => fail(new Error('connection ended')));
    attempt.on('notification', (message) => options.onNotify(message.payload ?? ''));
    const probe = setInterval(() => {
      if (connected) Promise.race([attempt.query('SELECT 1'), expire(PROBE_MS / 2)]).catch(fail);
    }, PROBE_MS);
    probe.unref();
    try {
      await attempt.connect();
      await attempt.query(`LISTEN ${attempt.escapeIdentifier(options.channel)}`);
      if (closed) return;
      connected = true;
      delay = FIRST_DELAY_MS;
      options.onConnect?.();
    } catch (error) {
      fail(error);
    }
  };

  void connect();
  return {
    get connected() {
      return connected;
    },
    async close() {
      closed = true;
      connected = false;
      clearTimeout(timer);
      client?.removeAllListeners('end');
      await client?.end();
    },
  };
}

function expire(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('LISTEN connection does not answer')), ms).unref();
  });
}
