import type { Session } from '../session/supervise-session.ts';
import type { OutgoingMessage } from '../wire/encode-message.ts';
import { command, StreamRequestRefused } from '../wire/protocol.ts';
import { PublishFrames } from '../wire/publish-frames.ts';
import { parseStreamUrl } from './stream-address.ts';
import { StreamConnection } from './stream-connection.ts';

export interface PublishingOptions {
  /** `rabbitmq-stream://user:pass@host:port/vhost` */
  readonly url: string;
  /** Shown in the broker's management pages. */
  readonly name: string;
  /** Aborts connecting. An open connection is not affected. */
  readonly signal?: AbortSignal;
  /** The broker has stored a message, or had stored one with this publishing id before. */
  onConfirmed(stream: string, publishingId: number): void;
}

/** A named publisher on one stream. */
export interface DeclaredPublisher {
  /** The highest publishing id that the stream had from this name when it was declared; 0 for none. */
  readonly lastPublishingId: number;
  /**
   * Sends messages with ascending publishing ids, from 1. The broker drops each one whose id is not above the last of the
   * same publisher name, and confirms it nevertheless. Messages that fit into no frame are not sent, and returned.
   */
  publish<M extends NumberedMessage>(messages: readonly M[]): M[];
}

export type NumberedMessage = { readonly publishingId: number } & (
  | { readonly message: OutgoingMessage }
  | { readonly bytes: Uint8Array }
);

/** One stream connection that publishes. A refused message ends it, and so does the loss of one of its streams. */
export interface PublishingConnection extends Session {
  /** Declares a publisher. Deduplication is per publisher name and stream. At most 256 on one connection. */
  declare(stream: string, publisherName: string): Promise<DeclaredPublisher>;
}

/**
 * The heartbeat in seconds. The broker closes a publisher that was silent for two to three heartbeats. It can be long,
 * because no other member waits for that.
 */
const HEARTBEAT_S = 5;

/**
 * Connects. Rejects within 5 seconds a step. Any node of a cluster can be used: it passes messages on to the leader of
 * a stream.
 */
export async function connectPublishing(options: PublishingOptions): Promise<PublishingConnection> {
  const streams: string[] = [];
  const ended = Promise.withResolvers<Error>();
  const connection = await StreamConnection.open(parseStreamUrl(options.url), {
    name: options.name,
    heartbeatSeconds: HEARTBEAT_S,
    ...(options.signal && { signal: options.signal }),
    listener: {
      onConfirmed(publisher, publishingIds) {
        const stream = streams[publisher];
        if (stream === undefined) return;
        for (const id of publishingIds) options.onConfirmed(stream, id);
      },
      onPublishFailed(publisher, publishingId, code) {
        connection.fail(new StreamRequestRefused(`message ${publishingId} for ${streams[publisher]}`, code));
      },
      onStreamGone(stream) {
        if (streams.includes(stream)) connection.fail(new Error(`stream ${stream} was deleted or moved`));
      },
      onClose: ended.resolve,
    },
  });
  return {
    ended: ended.promise,
    fail: (error) => connection.fail(error),
    close: () => connection.close(),
    async declare(stream, publisherName) {
      const id = streams.push(stream) - 1;
      if (id > 255) throw new Error('a stream connection carries at most 256 publishers');
      await connection.request(command.declarePublisher, `declare a publisher on ${stream}`, (writer) =>
        writer.uint8(id).string(publisherName).string(stream),
      );
      const lastPublishingId = await queryPublishingId(connection, stream, publisherName);
      const frames = new PublishFrames(id, connection.frameMax);
      return {
        lastPublishingId: Number(lastPublishingId),
        publish(messages) {
          const tooLong = messages.filter((each) =>
            'bytes' in each
              ? !frames.addBytes(each.publishingId, each.bytes)
              : !frames.add(each.publishingId, each.message),
          );
          connection.sendFrames(frames.take());
          return tooLong;
        },
      };
    },
  };
}

/** The highest publishing id that a stream has from a publisher name; 0 for none. */
export async function queryPublishingId(
  connection: StreamConnection,
  stream: string,
  publisherName: string,
): Promise<bigint> {
  const answer = await connection.request(
    command.queryPublisherSequence,
    `publishing ids of ${stream}`,
    (writer) => writer.string(publisherName).string(stream),
  );
  return answer.uint64();
}
