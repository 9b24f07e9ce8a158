import type { Logger } from '@gavel/observability/logger';
import { CONTENT_TYPE } from '@gavel/proto/envelope';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import { startLoop } from '@gavel/resilience';
import amqp, { type Message } from 'amqplib';
import { type AmqpConnection, connectAmqp } from '../amqp/amqp-connection.ts';
import { createTopology, type Topology } from '../topology.ts';
import type { BrokerAlarm, EventPublisher, OutboundMessage, PublisherEvents } from './event-publisher.ts';
import {
  createResendingPublisher,
  type PublisherSession,
  type SessionEvents,
} from './resending-publisher.ts';

export interface ExchangePublisherOptions extends PublisherEvents {
  /** `amqp://` URL with the vhost as path. */
  readonly amqpUrl: string;
  /** Shown in the broker's list of connections. */
  readonly connectionName: string;
  readonly log: Logger;
  /** Raised and cleared by this publisher. */
  readonly alarm?: BrokerAlarm;
  /** Default: 10,000. */
  readonly stallMs?: number;
  /** What is declared. Default: a topology with the default retention. */
  readonly topology?: Topology;
}

/** How often the topology is declared again, in case somebody removed a part of it that publishing does not need. */
const DECLARE_MS = 3_000;

/**
 * Publishes to the topic exchange over a confirm channel: persistent, mandatory, message id = event id. A message that
 * the broker returns (its queue and the alternate exchange are missing) counts as not published: the topology is
 * declared again and the message sent again.
 */
export function createExchangePublisher(options: ExchangePublisherOptions): EventPublisher {
  return createResendingPublisher({
    ...options,
    name: 'exchange publisher',
    open: (events, signal) => openSession(options, events, signal),
  });
}

async function openSession(
  { amqpUrl, connectionName, alarm, log, topology = createTopology() }: ExchangePublisherOptions,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<PublisherSession> {
  const connection = await connectAmqp({
    url: amqpUrl,
    name: connectionName,
    signal,
    onBlocked(reason) {
      if (reason === undefined) return alarm?.clear();
      log.warn({ reason }, 'the broker blocks publishers');
      alarm?.raise(reason);
    },
  });
  try {
    await topology.declare(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  keepDeclared(connection, topology, connectionName);
  // The broker sends a return before the confirm of the same message.
  const returned = new Set<string>();
  connection.channel.on('return', (message: Message) => {
    returned.add(String(message.properties.messageId));
    connection.fail(
      new Error(`unroutable: no queue and no alternate exchange took ${message.fields.routingKey}`),
    );
  });
  return {
    ended: connection.ended,
    fail: connection.fail,
    close: connection.close,
    send(messages) {
      connection.writeTogether(() => {
        for (const message of messages) {
          if (connection.lost.aborted) return;
          send(connection, message, events, returned);
        }
      });
    },
  };
}

/** A declaration that fails is logged and tried again; the session goes on, because publishing may work nevertheless. */
function keepDeclared(connection: AmqpConnection, topology: Topology, name: string): void {
  const declaring = startLoop(name, async () => {
    await topology.declare(connection);
    return DECLARE_MS;
  });
  connection.lost.addEventListener('abort', () => void declaring.stop());
}

function send(
  { channel, fail }: AmqpConnection,
  message: OutboundMessage,
  events: SessionEvents,
  returned: ReadonlySet<string>,
): void {
  const options = {
    persistent: true,
    mandatory: true,
    messageId: message.eventId,
    type: message.type,
    contentType: CONTENT_TYPE,
    timestamp: Math.floor(message.time.getTime() / 1000),
    headers: message.headers,
  };
  const onAnswer = (error: unknown): void => {
    if (error) fail(new Error('not confirmed by the exchange', { cause: error }));
    else if (!returned.has(message.eventId)) events.confirmed(message.position);
  };
  try {
    channel.publish(EVENTS_EXCHANGE, message.subject, message.body, options, onAnswer);
  } catch (error) {
    if (error instanceof amqp.IllegalOperationError) {
      fail(new Error('AMQP channel is closed', { cause: error }));
    } else {
      events.refused(message.position, new Error('cannot be encoded for AMQP', { cause: error }));
    }
  }
}
