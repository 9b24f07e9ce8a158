import { createLogger } from '@gavel/observability/logger';
import { type BackOff, pause, type Running, startLoop, withTimeout } from '@gavel/resilience';
import pg from 'pg';

const log = createLogger('postgres-listener');
const RECONNECT_MS = 100;
const BACK_OFF: BackOff = { firstMs: 200, maxMs: 5_000 };
const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
// If the peer disappears without closing the connection, only a query over it finds that out.
const PROBE_MS = 10_000;
const PROBE_TIMEOUT_MS = 5_000;

export interface ListenerOptions {
  connectionString: string;
  channel: string;
  onNotify: (payload: string) => void;
  /** Runs each time that LISTEN has taken effect. Earlier notifications are lost, so read the table now. */
  onConnect?: () => void;
}

export interface Listener extends Running {
  /** False while the connection is being opened again. */
  readonly connected: boolean;
}

/**
 * Listens on one channel over a connection of its own. A lost connection is opened again, with a growing delay of at most
 * 5 seconds. Notifications may be lost meanwhile, so the caller also polls.
 */
export function startListener(options: ListenerOptions): Listener {
  let connected = false;
  const loop = startLoop(
    'postgres-listener',
    async (signal) => {
      try {
        await listenUntilLost(options, signal, () => {
          connected = true;
          options.onConnect?.();
        });
      } catch (error) {
        if (signal.aborted) return 0;
        if (!connected) throw error;
        log.warn({ err: error, channel: options.channel }, 'LISTEN connection lost, opening it again');
      } finally {
        connected = false;
      }
      return RECONNECT_MS;
    },
    BACK_OFF,
  );
  return {
    get connected() {
      return connected;
    },
    stop: loop.stop,
  };
}

/** Resolves when the signal is aborted, rejects when the connection fails. The connection is closed in both cases. */
async function listenUntilLost(
  { connectionString, channel, onNotify }: ListenerOptions,
  signal: AbortSignal,
  onConnect: () => void,
): Promise<void> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  const over = new AbortController();
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  client.on('error', lost.reject);
  client.on('end', () => lost.reject(new Error('LISTEN connection ended')));
  client.on('notification', (message) => onNotify(message.payload ?? ''));
  const close = (): Promise<void> =>
    withTimeout('closing a LISTEN connection', CLOSE_TIMEOUT_MS, client.end()).catch((error: unknown) =>
      log.debug({ err: error }, 'LISTEN connection not closed in order'),
    );
  // This also ends an attempt to connect.
  const onAbort = (): void => void close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    onConnect();
    await Promise.race([lost.promise, probe(client, AbortSignal.any([signal, over.signal]))]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    over.abort();
    await close();
  }
}

/** Resolves when the signal is aborted, rejects when the server does not answer. */
async function probe(client: pg.Client, signal: AbortSignal): Promise<void> {
  for (;;) {
    await pause(PROBE_MS, signal);
    if (signal.aborted) return;
    await withTimeout('LISTEN connection', PROBE_TIMEOUT_MS, client.query('SELECT 1'));
  }
}
