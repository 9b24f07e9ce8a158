import { toDelivery } from '@gavel/rabbitmq/decode-message';
import { type Delivery, type Subscription, SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import type { ArchivedMessage } from '../adapters/object-store/segment-bytes.ts';
import { BrokenSegment } from '../application/ports.ts';
import type { PlacedSegment } from './timeline.ts';

/** What a subscription to a history needs. */
export interface HistoryParts {
  readonly partition: string;
  /** The segments that end at or after the first wanted offset, in reading order. */
  readonly segments: readonly PlacedSegment[];
  /** The first offset to deliver. */
  readonly from: bigint;
  /** Throws `BrokenSegment`, which names the missing or damaged object. */
  readonly read: (segment: PlacedSegment) => Promise<readonly ArchivedMessage[]>;
  /** Subscribes to the stream from the first offset that the archive does not have. */
  readonly continueInStream: (next: bigint) => Promise<Subscription>;
}

/** Delivers archived messages segment by segment, and then those of the stream, without a gap and without a second copy. */
export class HistorySubscription implements Subscription {
  readonly #parts: HistoryParts;
  readonly #ending = new AbortController();
  readonly #segments: PlacedSegment[];
  #buffer: readonly Delivery[] = [];
  /** The first offset that was not unpacked yet. */
  #next: bigint;
  #stream: Subscription | undefined;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
    this.#segments = [...parts.segments];
    this.#next = parts.from;
  }

  get newestOffset(): bigint | undefined {
    return this.#stream?.newestOffset;
  }

  get oldestWaiting(): number | undefined {
    return this.#buffer[0]?.storedAt ?? this.#stream?.oldestWaiting;
  }

  get waiting(): number {
    return this.#buffer.length + (this.#stream?.waiting ?? 0);
  }

  get ended(): AbortSignal {
    return this.#stream?.ended ?? this.#ending.signal;
  }

  async take(limit: number): Promise<readonly Delivery[] | undefined> {
    while (this.#buffer.length === 0 && !this.#ending.signal.aborted) {
      const segment = this.#segments.shift();
      if (segment === undefined) return this.#takeFromStream(limit);
      this.#buffer = await this.#unpack(segment);
    }
    if (this.#ending.signal.aborted) return undefined;
    const taken = this.#buffer.slice(0, limit);
    this.#buffer = this.#buffer.slice(limit);
    return taken;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#stream?.close();
  }

  /** Throws `SubscriptionRefused` for messages that the archive lacks, and for a segment that cannot be read. */
  async #unpack(segment: PlacedSegment): Promise<readonly Delivery[]> {
    if (segment.first > this.#next) {
      const { generation, first } = segment.segment;
      const name = new Date(generation).toISOString();
      throw this.#refuse(`the archive has nothing from there to offset ${first} of generation ${name}`);
    }
    const wanted = this.#next;
    const messages = await this.#parts.read(segment).catch((error: unknown) => {
      if (!(error instanceof BrokenSegment)) throw error;
      throw this.#refuse(`the archive cannot be read there: ${error.message}`, error);
    });
    this.#next = segment.last + 1n;
    const deliveries = messages.map((message) => deliver(message, message.offset + segment.shift));
    return deliveries.filter(({ offset }) => offset >= wanted);
  }

  async #takeFromStream(limit: number): Promise<readonly Delivery[] | undefined> {
    this.#stream ??= await this.#parts.continueInStream(this.#next).catch((error: unknown) => {
      if (!(error instanceof SubscriptionRefused) || error.refusal.reason !== 'retention-passed') throw error;
      throw this.#refuse(
        `the archive ends before it, and the stream begins at ${error.refusal.first}`,
        error,
      );
    });
    // A close may have come while the stream was opened.
    if (this.#ending.signal.aborted) await this.#stream.close();
    return this.#stream.take(limit);
  }

  #refuse(problem: string, cause?: unknown): SubscriptionRefused {
    const refusal = { reason: 'not-archived', wanted: this.#next, problem } as const;
    const refused = new SubscriptionRefused(this.#parts.partition, refusal);
    refused.cause = cause;
    return refused;
  }
}

function deliver({ storedAt, bytes, problem }: ArchivedMessage, offset: bigint): Delivery {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (problem === undefined) return toDelivery(message, offset, storedAt);
  return { offset, storedAt, content: { ok: false, problem, bytes: message } };
}
