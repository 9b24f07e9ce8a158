import type { Logger } from '@gavel/observability/logger';
import { type Session, superviseSession } from '../session/supervise-session.ts';
import type { BrokerAlarm, EventPublisher, OutboundMessage, PublisherEvents } from './event-publisher.ts';

/** One connection that publishes. */
export interface PublisherSession extends Session {
  /** Sends in the given order. Does not throw; failures end the session or go to SessionEvents. */
  send(messages: readonly OutboundMessage[]): void;
}

/** What a session reports about single messages. */
export interface SessionEvents {
  confirmed(position: number): void;
  refused(position: number, error: Error): void;
}

export interface ResendingOptions extends PublisherEvents {
  /** For logs: `stream publisher`, `exchange publisher`. */
  readonly name: string;
  open(events: SessionEvents, signal: AbortSignal): Promise<PublisherSession>;
  readonly log: Logger;
  /** A session with unconfirmed messages that gets no confirm for this many milliseconds is closed. Default: 10,000. */
  readonly stallMs?: number;
  /** While it is raised, missing confirms do not mean that the connection is dead. */
  readonly alarm?: BrokerAlarm;
}

const BACK_OFF = { firstMs: 50, maxMs: 3_000 };
const OPEN_TIMEOUT_MS = 10_000;
const STALL_MS = 10_000;

/**
 * Keeps what is unconfirmed, and sends all of it again, in order, on each new session: a broker that closes a connection
 * does not say which of the messages it has taken.
 */
export function createResendingPublisher(options: ResendingOptions): EventPublisher {
  const { name, log, alarm } = options;
  const stallMs = options.stallMs ?? STALL_MS;
  // Ascending by position: a Map iterates in the order of insertion.
  const unconfirmed = new Map<number, OutboundMessage>();
  let problem: string | undefined = 'not connected yet';
  let lastProgress = Date.now();

  const events: SessionEvents = {
    // A confirm counts whichever session delivers it, even one that was closed in the meantime.
    confirmed(position) {
      if (!unconfirmed.delete(position)) return;
      lastProgress = Date.now();
      problem = undefined;
      supervision.proved();
      options.onConfirmed(position);
    },
    refused(position, error) {
      if (unconfirmed.delete(position)) options.onRefused(position, error);
    },
  };

  const supervision = superviseSession<PublisherSession>({
    what: name,
    log,
    backOff: BACK_OFF,
    openTimeoutMs: OPEN_TIMEOUT_MS,
    open: (signal) => options.open(events, signal),
    onOpened(session) {
      lastProgress = Date.now();
      // While messages are unconfirmed, only a confirm shows that publishing works: a broker under an alarm accepts
      // connections too.
      if (unconfirmed.size === 0) {
        problem = undefined;
        return;
      }
      log.info({ publisher: name, unconfirmed: unconfirmed.size }, 'publisher connected, sending again');
      session.send([...unconfirmed.values()]);
    },
    onLost(error) {
      problem = error.message;
      options.onFailure(error);
    },
  });

  // A new connection to a broker that blocks publishers would only send the same messages again.
  const watchdog = setInterval(() => {
    if (alarm?.reason !== undefined) lastProgress = Date.now();
    if (supervision.session && unconfirmed.size > 0 && Date.now() - lastProgress > stallMs) {
      supervision.session.fail(
        new Error(`no confirm for ${stallMs} ms with ${unconfirmed.size} messages sent`),
      );
    }
  }, 1_000);
  watchdog.unref();

  return {
    publish(messages) {
      if (unconfirmed.size === 0) lastProgress = Date.now();
      for (const message of messages) unconfirmed.set(message.position, message);
      supervision.session?.send(messages);
    },
    async close() {
      clearInterval(watchdog);
      await supervision.stop();
      problem = 'closed';
    },
    get status() {
      const held = alarm?.reason;
      return {
        connected: supervision.session !== undefined,
        problem: problem ?? (held === undefined ? undefined : `the broker blocks publishers: ${held}`),
        unconfirmed: unconfirmed.size,
      };
    },
  };
}
