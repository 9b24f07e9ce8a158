import type { StreamName } from '@gavel/proto/topology';
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  type PubAck,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  type AppendCounts,
  type Carriers,
  type MirroredEvent,
  type MirrorSession,
  Overtaken,
} from '../../application/ports.ts';
import { fingerprintOf, type Position, type Positions } from '../../domain/positions.ts';
import { messageHeaders } from './message-headers.ts';
import { jetStreamName, type MirrorEnd } from './mirror-stream.ts';
import { SeenEvents } from './seen-events.ts';

/** The server's limit includes headers. Subject, positions and attributes need far less than this. */
const HEADER_BYTES = 16_384;

export interface SessionOptions {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly stream: StreamName;
  readonly end: MirrorEnd;
  readonly timeoutMs: number;
}

/**
 * Publishes on one connection. Every message names the sequence that it must follow (`Nats-Expected-Last-Sequence`). So a
 * batch is sent without waiting for answers and stored as one unbroken chain: if a message fails, all messages after it
 * fail too, and nothing is stored after another client has written.
 */
export class JetStreamSession implements MirrorSession {
  readonly ended: Promise<void>;
  readonly hasDiscarded: boolean;
  readonly maxBodyBytes: number;
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #seen: SeenEvents;
  readonly #name: string;
  readonly #timeoutMs: number;
  /** Positions after the last message published. */
  readonly #reached: Map<string, Position>;
  #lastSequence: number;
  /** The previous call of `append`, for which the next one waits. */
  #lastAppend: Promise<unknown> = Promise.resolve();
  #broken: { readonly by: unknown } | undefined;
  #closing = false;

  constructor({ connection, manager, stream, end, timeoutMs }: SessionOptions) {
    this.#name = jetStreamName(stream);
    this.#connection = connection;
    this.#client = jetstream(connection, { timeout: timeoutMs });
    this.#seen = new SeenEvents(manager, this.#name, end.lastSequence === 0);
    this.#timeoutMs = timeoutMs;
    this.#lastSequence = end.lastSequence;
    this.#reached = new Map(end.positions);
    this.hasDiscarded = end.firstSequence > 1;
    this.maxBodyBytes = (connection.info?.max_payload ?? 1_048_576) - HEADER_BYTES;
    this.ended = connection.closed().then((error) => {
      if (!this.#closing) throw new Error('the connection to NATS was lost', { cause: error ?? undefined });
    });
    // After the end of the session nobody waits for this promise, and a rejection must not count as unhandled.
    this.ended.catch(() => undefined);
  }

  get positions(): Positions {
    return this.#reached;
  }

  findHeld(events: readonly MirroredEvent[]): Promise<MirroredEvent | undefined> {
    return this.#seen.findHeld(events);
  }

  append(partition: string, events: readonly MirroredEvent[], carriers: Carriers): Promise<AppendCounts> {
    const run = this.#lastAppend.then(async () => {
      if (this.#broken) throw new Error('the session is broken', { cause: this.#broken.by });
      try {
        const mirrored = await this.#append(partition, events, carriers);
        for (const event of events.slice(-1)) this.#reach(partition, event);
        return { mirrored, duplicate: events.length - mirrored };
      } catch (error) {
        this.#broken = { by: error };
        throw error;
      }
    });
    this.#lastAppend = run.catch(() => undefined);
    return run;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#connection.close();
  }

  /** Returns how many events were stored. */
  async #append(partition: string, events: readonly MirroredEvent[], carriers: Carriers): Promise<number> {
    let mirrored = 0;
    for (let left = await this.#seen.takeNew(events); left.length > 0; ) {
      const answers = await this.#publish(partition, left, carriers);
      const stored = answers.findIndex((answer) => answer.status === 'rejected' || answer.value.duplicate);
      const good = stored === -1 ? left.length : stored;
      mirrored += good;
      this.#lastSequence += good;
      const failed = answers[good];
      if (failed?.status === 'rejected') throw describe(failed.reason, this.#name);
      // The server recognised an event by its id (Nats-Msg-Id): it is stored already. Those after it expected a higher sequence.
      left = left.slice(good + 1);
    }
    return mirrored;
  }

  #reach(partition: string, { offset, envelope }: MirroredEvent): void {
    this.#reached.set(partition, { offset, fingerprint: fingerprintOf(envelope.id) });
  }

  #publish(
    partition: string,
    events: readonly MirroredEvent[],
    carriers: Carriers,
  ): Promise<PromiseSettledResult<PubAck>[]> {
    return Promise.allSettled(
      events.map((event, index) => {
        this.#reach(partition, event);
        const { id, subject } = event.envelope;
        return this.#client.publish(subject, event.body, {
          msgID: id,
          headers: messageHeaders(event, partition, this.#reached, carriers.get(id)),
          expect: { streamName: this.#name, lastSequence: this.#lastSequence + index },
          timeout: this.#timeoutMs,
        });
      }),
    );
  }
}

function describe(error: unknown, name: string): unknown {
  if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence)
    return new Overtaken(`${name}: another client has written, perhaps another bridge`, { cause: error });
  return error;
}
