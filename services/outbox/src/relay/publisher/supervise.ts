import type { Logger } from '@gavel/observability/logger';
import type { BrokerAlarm } from './broker-alarm.ts';
import type { EventPublisher, OutboundMessage, PublisherEvents } from './event-publisher.ts';
import { withTimeout } from './with-timeout.ts';

/** One connection's life. Opened again and again by the supervisor. */
export interface PublisherSession {
  /** Sends in the given order. Must not throw; failures go to SessionEvents. */
  send(messages: readonly OutboundMessage[]): void;
  close(): Promise<void>;
}

export interface SessionEvents {
  confirmed(position: number): void;
  refused(position: number, error: Error): void;
  /** The session is of no more use. */
  failed(error: Error): void;
}

export interface SupervisorOptions extends PublisherEvents {
  /** For logs and health: "stream", "exchange". */
  name: string;
  open: (events: SessionEvents) => Promise<PublisherSession>;
  log: Logger;
  /** A session that has unconfirmed messages and hears no confirm for this long is given up. */
  stallMs?: number;
  /** While it is raised, no confirm is no sign of a dead connection. */
  alarm?: BrokerAlarm;
}

const OPEN_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
const STALL_MS = 10_000;
const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 3_000;

/**
 * Keeps a publisher going over any number of sessions: neither client library reconnects without losing messages, so
 * the whole client is dropped on any doubt, a new one is made, and everything unconfirmed is sent again in order.
 */
export function supervise(options: SupervisorOptions): EventPublisher {
  const { name, log } = options;
  const stallMs = options.stallMs ?? STALL_MS;
  // Ascending by position: a Map iterates in the order of insertion.
  const unconfirmed = new Map<number, OutboundMessage>();
  let session: PublisherSession | undefined;
  let generation = 0;
  let problem: string | undefined = 'not connected yet';
  let delay = FIRST_DELAY_MS;
  let timer: NodeJS.Timeout | undefined;
  let lastProgress = Date.now();
  let closed = false;

  const end = (ended: PublisherSession): Promise<void> =>
    withTimeout(`closing ${name} publisher`, CLOSE_TIMEOUT_MS, ended.close()).catch((error: unknown) =>
      log.debug({ err: error, publisher: name }, 'lost session did not close'),
    );

  const fail = (error: Error): void => {
    generation += 1;
    problem = error.message;
    const ended = session;
    session = undefined;
    if (closed) return;
    log.warn(
      { err: error, publisher: name, unconfirmed: unconfirmed.size, delay },
      'publisher lost, trying again',
    );
    options.onFailure(error);
    if (ended) void end(ended);
    timer = setTimeout(() => void open(), delay * (0.75 + Math.random() / 2));
    delay = Math.min(delay * 2, LONGEST_DELAY_MS);
  };

  const eventsOf = (mine: number): SessionEvents => ({
    // A confirm is true whichever session brings it, also one that was given up meanwhile.
    confirmed(position) {
      if (!unconfirmed.delete(position)) return;
      lastProgress = Date.now();
      problem = undefined;
      delay = FIRST_DELAY_MS;
      options.onConfirmed(position);
    },
    refused(position, error) {
      if (unconfirmed.delete(position)) options.onRefused(position, error);
    },
    failed(error) {
      if (mine === generation) fail(error);
    },
  });

  const open = async (): Promise<void> => {
    generation += 1;
    const mine = generation;
    const opening = options.open(eventsOf(mine));
    try {
      const opened = await withTimeout(`opening ${name} publisher`, OPEN_TIMEOUT_MS, opening);
      if (mine !== generation || closed) return await end(opened);
      session = opened;
      // With something to send, only a confirm shows that all is well: an alarmed broker takes connections and no messages.
      if (unconfirmed.size === 0) problem = undefined;
      lastProgress = Date.now();
      if (unconfirmed.size > 0) {
        log.info({ publisher: name, unconfirmed: unconfirmed.size }, 'publisher connected, sending again');
        opened.send([...unconfirmed.values()]);
      }
    } catch (error) {
      // One that opens after all, too late, must not stay open.
      opening.then(end, (late: unknown) => log.debug({ err: late, publisher: name }, 'session did not open'));
      if (mine === generation)
        fail(error instanceof Error ? error : new Error(String(error), { cause: error }));
    }
  };

  // A new connection to a broker that holds publishers back would only be given the same messages once more.
  const watchdog = setInterval(() => {
    if (options.alarm?.reason !== undefined) lastProgress = Date.now();
    if (session && unconfirmed.size > 0 && Date.now() - lastProgress > stallMs) {
      fail(new Error(`no confirm for ${stallMs} ms with ${unconfirmed.size} messages sent`));
    }
  }, 1_000);
  watchdog.unref();

  void open();
  return {
    publish(messages) {
      if (unconfirmed.size === 0) lastProgress = Date.now();
      for (const message of messages) unconfirmed.set(message.position, message);
      session?.send(messages);
    },
    async close() {
      closed = true;
      clearInterval(watchdog);
      clearTimeout(timer);
      const ended = session;
      session = undefined;
      generation += 1;
      problem = 'closed';
      if (ended) await end(ended);
    },
    get status() {
      const held = options.alarm?.reason;
      return {
        connected: session !== undefined,
        problem: problem ?? (held === undefined ? undefined : `the broker holds publishers back: ${held}`),
        unconfirmed: unconfirmed.size,
      };
    },
  };
}
