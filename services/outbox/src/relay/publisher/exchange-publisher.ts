import type { Logger } from '@gavel/observability/logger';
import { CONTENT_TYPE } from '@gavel/proto/envelope';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { declareTopology } from '../topology/declare-topology.ts';
import type { BrokerAlarm } from './broker-alarm.ts';
import type { EventPublisher, PublisherEvents } from './event-publisher.ts';
import { destroyAmqpSocket, writeTogether } from './hidden-sockets.ts';
import { type PublisherSession, type SessionEvents, supervise } from './supervise.ts';
import { withTimeout } from './with-timeout.ts';

export interface ExchangePublisherOptions extends PublisherEvents {
  /** amqp:// URL with the vhost as path. */
  amqpUrl: string;
  /** Shown in the broker's list of connections. */
  connectionName: string;
  log: Logger;
  /** Raised and cleared here. */
  alarm?: BrokerAlarm;
  stallMs?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Publishes to the topic exchange over a confirm channel: persistent, mandatory, message id = event id. A message that
 * the broker hands back (its queue and the alternate exchange are missing) counts as not published: the topology is
 * declared again and the message sent again.
 */
export function createExchangePublisher(options: ExchangePublisherOptions): EventPublisher {
  return supervise({ ...options, name: 'exchange', open: (events) => openSession(options, events) });
}

async function openSession(
  options: ExchangePublisherOptions,
  events: SessionEvents,
): Promise<PublisherSession> {
  const connection = await amqp.connect(options.amqpUrl, {
    timeout: CONNECT_TIMEOUT_MS,
    noDelay: true,
    keepAlive: true,
    clientProperties: { connection_name: options.connectionName },
  });
  writeTogether(connection);
  let ended = false;
  const fail = (error: Error): void => {
    if (!ended) events.failed(error);
  };
  connection.on('error', (error: Error) => fail(error));
  connection.on('close', () => fail(new Error('AMQP connection closed')));
  connection.on('blocked', (reason: string) => {
    if (ended) return;
    options.log.warn({ reason }, 'the broker holds publishers back');
    options.alarm?.raise(reason);
  });
  connection.on('unblocked', () => {
    if (!ended) options.alarm?.clear();
  });
  const close = async (): Promise<void> => {
    ended = true;
    // The next session will be told again if it lasts.
    options.alarm?.clear();
    try {
      await withTimeout('closing the AMQP connection', CLOSE_TIMEOUT_MS, connection.close());
    } finally {
      destroyAmqpSocket(connection);
    }
  };
  try {
    await declareTopology(connection);
    const channel = await connection.createConfirmChannel();
    channel.on('error', (error: Error) => fail(error));
    channel.on('close', () => fail(new Error('AMQP channel closed')));
    // The broker sends a return before the confirm of the same message.
    const returned = new Set<string>();
    channel.on('return', (message: amqp.Message) => {
      returned.add(String(message.properties.messageId));
      fail(new Error(`unroutable: no queue and no alternate exchange took ${message.fields.routingKey}`));
    });
    return {
      send(messages) {
        for (const message of messages) {
          if (ended) return;
          try {
            channel.publish(
              EVENTS_EXCHANGE,
              message.subject,
              message.body,
              {
                persistent: true,
                mandatory: true,
                messageId: message.eventId,
                type: message.type,
                contentType: CONTENT_TYPE,
                timestamp: Math.floor(message.time.getTime() / 1000),
                headers: message.headers,
              },
              (error: unknown) => {
                if (error) return fail(new Error('not confirmed by the exchange', { cause: error }));
                if (!returned.has(message.eventId)) events.confirmed(message.position);
              },
            );
          } catch (error) {
            if (error instanceof amqp.IllegalOperationError) {
              return fail(new Error('AMQP channel is closed', { cause: error }));
            }
            events.refused(message.position, new Error('cannot be encoded for AMQP', { cause: error }));
          }
        }
      },
      close,
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
