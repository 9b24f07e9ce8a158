import type { Logger } from '@gavel/observability/logger';
import { CONTENT_TYPE } from '@gavel/proto/envelope';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import {
  connectPublishing,
  type DeclaredPublisher,
  type PublishingConnection,
} from '../stream/publishing-connection.ts';
import { refuseOtherPartitions } from '../stream/refuse-other-partitions.ts';
import { inspectStream } from '../stream/stream-inspector.ts';
import { ensureTopology, type Topology } from '../topology.ts';
import type { BrokerAlarm, EventPublisher, OutboundMessage, PublisherEvents } from './event-publisher.ts';
import {
  createResendingPublisher,
  type PublisherSession,
  type SessionEvents,
} from './resending-publisher.ts';

interface PublisherAddress {
  /** `rabbitmq-stream://` URL with the vhost as path. */
  readonly streamUrl: string;
  /** For declaring the partitions, in the same vhost. */
  readonly amqpUrl: string;
  readonly stream: StreamName;
  /** Deduplication is per publisher name and partition. */
  readonly publisherName: string;
  /** What is declared. Default: a topology with the default retention. */
  readonly topology?: Topology;
}

export interface StreamPublisherOptions extends PublisherAddress, PublisherEvents {
  readonly log: Logger;
  /** Raised by the exchange publisher: the stream protocol does not report alarms. */
  readonly alarm?: BrokerAlarm;
  /** Default: 10,000. */
  readonly stallMs?: number;
}

/**
 * Publishes to all partitions of a stream over one connection, with the position as publishing id: the broker drops what it
 * already has, so sending again does no harm and every event is in the stream once.
 *
 * The broker's last publishing id is no reason to leave anything out: that id may not be replicated yet, while the confirm
 * of a dropped duplicate waits until the original is.
 */
export function createStreamPublisher(options: StreamPublisherOptions): EventPublisher {
  return createResendingPublisher({
    ...options,
    name: 'stream publisher',
    open: (events, signal) => openSession(options, events, signal),
  });
}

/**
 * The highest publishing id that any partition of a stream has from a publisher name; 0 for none. Declares the topology
 * when it is missing. Rejects when the broker does not answer, and with `OtherPartitions` when it has more partitions than this version.
 */
export async function lastPublishingId(address: PublisherAddress): Promise<number> {
  const { amqpUrl, streamUrl, stream, publisherName } = address;
  await ensureTopology(amqpUrl, publisherName, address.topology);
  const inspector = await inspectStream(streamUrl, `${publisherName}-query`);
  try {
    await refuseOtherPartitions(stream, inspector.bounds);
    let last = 0n;
    for (const partition of partitionsOf(stream)) {
      const id = await inspector.lastPublishingId(partition, publisherName);
      if (id > last) last = id;
    }
    return Number(last);
  } finally {
    await inspector.close();
  }
}

async function openSession(
  options: StreamPublisherOptions,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<PublisherSession> {
  await ensureTopology(options.amqpUrl, options.publisherName, options.topology);
  const connection = await connectPublishing({
    url: options.streamUrl,
    name: options.publisherName,
    signal,
    onConfirmed: (_, publishingId) => events.confirmed(publishingId),
  });
  try {
    const publishers = await declarePublishers(connection, options);
    return {
      ended: connection.ended,
      fail: connection.fail,
      close: connection.close,
      send: (messages) => send(publishers, messages, events),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function declarePublishers(
  connection: PublishingConnection,
  { stream, publisherName, onSeen }: StreamPublisherOptions,
): Promise<Map<string, DeclaredPublisher>> {
  const publishers = new Map<string, DeclaredPublisher>();
  for (const partition of partitionsOf(stream)) {
    const publisher = await connection.declare(partition, publisherName);
    onSeen?.(partition, publisher.lastPublishingId);
    publishers.set(partition, publisher);
  }
  return publishers;
}

function send(
  publishers: ReadonlyMap<string, DeclaredPublisher>,
  messages: readonly OutboundMessage[],
  events: SessionEvents,
): void {
  for (const [partition, own] of Map.groupBy(messages, (message) => message.partition)) {
    const publisher = publishers.get(partition);
    if (publisher === undefined) {
      for (const m of own) events.refused(m.position, new Error(`no such partition: ${partition}`));
      continue;
    }
    for (const m of publisher.publish(own.map(toNumbered))) {
      events.refused(m.publishingId, new Error('does not fit into a frame of the stream protocol'));
    }
  }
}

function toNumbered(sent: OutboundMessage) {
  const message = {
    messageId: sent.eventId,
    subject: sent.subject,
    contentType: CONTENT_TYPE,
    headers: sent.headers,
    body: sent.body,
  };
  return { publishingId: sent.position, message };
}
