import type { StreamName } from '@gavel/proto/topology';
import {
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { connectOnce } from './adapters/jetstream/connect-once.ts';
import { eventHeader } from './adapters/jetstream/message-headers.ts';
import { jetStreamName, readMirrorEnd } from './adapters/jetstream/mirror-stream.ts';
import type { Positions } from './domain/positions.ts';

/** Where a message is in the mirror. */
export interface MirroredPlace {
  /** The JetStream stream, for example `GAVEL_BIDS`, and the message's sequence in it. */
  readonly stream: string;
  readonly sequence: number;
  readonly storedAt: Date;
}

/** Questions about the mirror, for people and tools. It writes nothing. */
export interface MirrorInspector {
  /** How far each partition has been mirrored; undefined if NATS has no such stream. Throws `MirrorRefused`. */
  positions(stream: StreamName): Promise<Positions | undefined>;
  /** Finds an event among the messages of its subject that were stored since a moment; undefined if it is not there. */
  find(
    stream: StreamName,
    event: { readonly id: string; readonly subject: string },
    since: Date,
  ): Promise<MirroredPlace | undefined>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 5_000;
const BATCH = 500;

/** Opens its own connection. Rejects when NATS is unavailable or refuses. */
export async function inspectMirror(natsUrl: string, name: string): Promise<MirrorInspector> {
  const connection = await connectOnce(natsUrl, name);
  const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS }).catch(
    async (error: unknown) => {
      await connection.close();
      throw error;
    },
  );
  return {
    async positions(stream) {
      try {
        return (await readMirrorEnd(manager, stream)).positions;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async find(stream, { id, subject }, since) {
      const jetStream = jetStreamName(stream);
      const messages = await jetstream(connection)
        .consumers.get(jetStream, {
          filter_subjects: subject,
          headers_only: true,
          deliver_policy: DeliverPolicy.StartTime,
          opt_start_time: since.toISOString(),
        })
        .catch((error: unknown) => {
          if (isMissing(error)) return undefined;
          throw error;
        });
      let left = (await messages?.info())?.num_pending ?? 0;
      while (messages !== undefined && left > 0) {
        const before = left;
        for await (const message of await messages.fetch({
          max_messages: Math.min(left, BATCH),
          expires: TIMEOUT_MS,
        })) {
          left = message.info.pending;
          if (message.headers?.get(eventHeader.id) !== id) continue;
          return { stream: jetStream, sequence: message.seq, storedAt: message.time };
        }
        if (left === before) throw new Error(`${jetStream}: no answer within ${TIMEOUT_MS} ms`);
      }
      return undefined;
    },
    close: () => connection.close(),
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}
