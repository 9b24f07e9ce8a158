import type { Logger } from '@gavel/observability/logger';
import { CONTENT_TYPE } from '@gavel/proto/envelope';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import type { Client, Publisher } from 'rabbitmq-stream-js-client';
import { encodedBytes, MAX_EVENT_BYTES } from '../../event-limits.ts';
import { ensureTopology } from '../topology/declare-topology.ts';
import type { BrokerAlarm } from './broker-alarm.ts';
import type { EventPublisher, OutboundMessage, PublisherEvents } from './event-publisher.ts';
import { destroyStreamSockets, writeQuietly } from './hidden-sockets.ts';
import { connectStreamClient } from './stream-client.ts';
import { type PublisherSession, type SessionEvents, supervise } from './supervise.ts';
import { withTimeout } from './with-timeout.ts';

export interface StreamPublisherOptions extends PublisherEvents {
  /** rabbitmq-stream:// URL with the vhost as path. */
  streamUrl: string;
  /** For declaring the partitions, in the same vhost. */
  amqpUrl: string;
  stream: StreamName;
  /** Deduplication is per publisher name and partition. */
  publisherName: string;
  log: Logger;
  /** Raised by the exchange's publisher: the stream protocol does not tell. */
  alarm?: BrokerAlarm;
  stallMs?: number;
}

const DECLARE_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;

// The client encodes a flush into a buffer of 64 KiB that it copies to grow, and loses the whole flush when it
// outgrows the frame (1 MiB). So flushes are cut here and its own limit is never reached.
const FLUSH_BYTES = 56 * 1024;
const NEVER_BY_ITSELF = 1_000_000;

/**
 * Publishes to the partitions of a stream, each over a connection of its own, with the position as publishing id: the
 * broker drops what it already has, so sending again is harmless and every event is in the stream once.
 *
 * Nothing is skipped on the word of the broker's last publishing id: that id may not be replicated yet, while the confirm
 * of a dropped duplicate waits until the original is.
 */
export function createStreamPublisher(options: StreamPublisherOptions): EventPublisher {
  return supervise({ ...options, name: 'stream', open: (events) => openSession(options, events) });
}

async function openSession(
  options: StreamPublisherOptions,
  events: SessionEvents,
): Promise<PublisherSession> {
  await ensureTopology(options.amqpUrl);
  let ended = false;
  const fail = (error: Error): void => {
    if (!ended) events.failed(error);
  };
  const lost = (): void => fail(new Error('stream connection closed'));
  const client = await connectStreamClient(options.streamUrl, options.publisherName, lost);
  const close = async (): Promise<void> => {
    ended = true;
    try {
      await withTimeout('closing the stream client', CLOSE_TIMEOUT_MS, client.close());
    } finally {
      destroyStreamSockets(client);
    }
  };
  try {
    const publishers = await declarePublishers(client, options, events, fail, lost);
    return {
      send(messages) {
        for (const [partition, own] of groupByPartition(messages)) {
          if (ended) return;
          const publisher = publishers.get(partition);
          if (publisher) sendAll(publisher, own, events, fail);
          else for (const m of own) events.refused(m.position, new Error(`no such partition: ${partition}`));
        }
      },
      close,
    };
  } catch (error) {
    // The first error tells more than what closing a broken client answers.
    await close().catch(() => undefined);
    throw error;
  }
}

async function declarePublishers(
  client: Client,
  options: StreamPublisherOptions,
  events: SessionEvents,
  fail: (error: Error) => void,
  lost: () => void,
): Promise<Map<string, Publisher>> {
  const publishers = new Map<string, Publisher>();
  for (const stream of partitionsOf(options.stream)) {
    const publisher = await withTimeout(
      `declaring a publisher on ${stream}`,
      DECLARE_TIMEOUT_MS,
      client.declarePublisher({
        stream,
        publisherRef: options.publisherName,
        maxChunkLength: NEVER_BY_ITSELF,
        connectionClosedListener: lost,
      }),
    );
    writeQuietly(publisher);
    options.onSeen?.(stream, await lastSeen(publisher, stream));
    publisher.on('publish_confirm', (code, ids) => {
      if (code !== null) return fail(new Error(`stream ${stream} refused a message with code ${code}`));
      for (const id of ids) events.confirmed(Number(id));
    });
    publisher.on('metadata_update', () => fail(new Error(`stream ${stream} was deleted or moved`)));
    publishers.set(stream, publisher);
  }
  return publishers;
}

async function lastSeen(publisher: Publisher, stream: string): Promise<number> {
  const id = await withTimeout(
    `last publishing id of ${stream}`,
    DECLARE_TIMEOUT_MS,
    publisher.getLastPublishingId(),
  );
  return Number(id);
}

// flush() empties the client's queue synchronously. Messages left in it after a connection is lost would make the
// client spin at 100 % CPU for ever, so nothing is put there unless the connection can take it now.
function sendAll(
  publisher: Publisher,
  messages: readonly OutboundMessage[],
  events: SessionEvents,
  fail: (error: Error) => void,
): void {
  const failed = (error: unknown): void => fail(new Error('stream send failed', { cause: error }));
  if (!publisher.getConnectionInfo().ready) {
    fail(new Error('stream connection is not ready'));
    return;
  }
  let queued = 0;
  for (const message of messages) {
    const bytes = encodedBytes(message.headers, message.body);
    if (bytes > MAX_EVENT_BYTES) {
      events.refused(message.position, new Error(`${bytes} bytes do not fit a stream frame`));
      continue;
    }
    if (queued > 0 && queued + bytes > FLUSH_BYTES) {
      publisher.flush().catch(failed);
      queued = 0;
    }
    queued += bytes;
    publisher
      .send(message.body, {
        publishingId: BigInt(message.position),
        applicationProperties: message.headers,
        messageProperties: {
          messageId: message.eventId,
          subject: message.subject,
          contentType: CONTENT_TYPE,
        },
      })
      .catch(failed);
  }
  if (queued > 0) publisher.flush().catch(failed);
}

function groupByPartition(messages: readonly OutboundMessage[]): Map<string, OutboundMessage[]> {
  const groups = new Map<string, OutboundMessage[]>();
  for (const message of messages) {
    const group = groups.get(message.partition);
    if (group) group.push(message);
    else groups.set(message.partition, [message]);
  }
  return groups;
}
