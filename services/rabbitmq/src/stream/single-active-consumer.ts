import type { GroupConsumer, StartPosition, Subscription } from './event-source.ts';
import { refuseLostOffsets, type StreamEnds } from './refuse-lost-offsets.ts';
import {
  INITIAL_CREDIT,
  type StreamStats,
  StreamSubscription,
  type Subscriber,
} from './stream-subscription.ts';

/** What a consumer of a group needs from its connection. */
export interface ConsumerSession {
  readonly partition: string;
  readonly ends: StreamEnds;
  credit(chunks: number): void;
  /** Answers the broker: from where to send, or (undefined) to send nothing more. */
  answer(correlation: number, from: StartPosition | undefined): void;
  unsubscribe(): Promise<void>;
}

/**
 * How long the group waits until a member that is no longer active has finished its batch. A batch that takes longer is
 * still committed if that happens before the first commit of the next member: the checkpoint's compare-and-set decides.
 */
const HANDOVER_MS = 3_000;

/**
 * One subscription with single active consumer. The broker reports when it becomes the active one and when it no longer is
 * (ConsumerUpdate), and waits for the answer.
 */
export class SingleActiveConsumer implements GroupConsumer, Subscriber {
  readonly partition: string;
  readonly #session: ConsumerSession;
  #current: StreamSubscription | undefined;
  /** Correlation id of the broker's unanswered question that makes this consumer the active one. */
  #activation: number | undefined;
  /** The broker's unanswered question that makes this consumer inactive, and the timer that answers it if nothing else does. */
  #deactivation: { correlation: number; timer: NodeJS.Timeout } | undefined;
  /** Chunks that the broker may send. Kept while other members are active. */
  #credit = INITIAL_CREDIT;
  #lost = false;
  #wake: (() => void) | undefined;

  constructor(session: ConsumerSession) {
    this.#session = session;
    this.partition = session.partition;
  }

  async whenActive(
    from: () => Promise<StartPosition>,
    signal: AbortSignal,
  ): Promise<Subscription | undefined> {
    for (;;) {
      const activation = await this.#awaitActivation(signal);
      if (activation === undefined) return undefined;
      const position = await from();
      await refuseLostOffsets(this.#session.ends, this.partition, position);
      // The broker may have chosen another member meanwhile.
      if (this.#activation !== activation) continue;
      this.#activation = undefined;
      if (this.#credit === 0) this.#grant(INITIAL_CREDIT);
      const subscription = new StreamSubscription(
        {
          partition: this.partition,
          credit: (chunks) => this.#grant(chunks),
          firstOffset: async () => (await this.#session.ends.stats(this.partition)).first,
          unsubscribe: () => Promise.resolve(),
        },
        position,
        this.#credit,
      );
      this.#current = subscription;
      this.#session.answer(activation, position);
      return {
        take: (limit) => subscription.take(limit),
        get newestOffset() {
          return subscription.newestOffset;
        },
        get oldestWaiting() {
          return subscription.oldestWaiting;
        },
        get waiting() {
          return subscription.waiting;
        },
        ended: subscription.ended,
        close: async () => {
          await subscription.close();
          this.#answerDeactivation();
        },
      };
    }
  }

  async close(): Promise<void> {
    this.#current?.end();
    // With an unanswered question no member would get the partition.
    this.#answerDeactivation();
    await this.#session.unsubscribe();
    this.end();
  }

  update(active: boolean, correlation: number): void {
    if (active) {
      this.#current?.end();
      this.#activation = correlation;
      this.#wake?.();
      return;
    }
    this.#activation = undefined;
    this.#answerDeactivation();
    const current = this.#current;
    this.#current = undefined;
    this.#deactivation = { correlation, timer: setTimeout(() => this.#answerDeactivation(), HANDOVER_MS) };
    if (current === undefined || current.ended.aborted) this.#answerDeactivation();
    else current.end();
  }

  receive(chunk: Buffer, committed: bigint): void {
    this.#credit -= 1;
    this.#current?.receive(chunk, committed);
  }

  noteStats(stats: StreamStats): void {
    this.#current?.noteStats(stats);
  }

  /** The connection or the stream is gone. */
  end(): void {
    this.#lost = true;
    clearTimeout(this.#deactivation?.timer);
    this.#current?.end();
    this.#wake?.();
  }

  #answerDeactivation(): void {
    if (this.#deactivation === undefined) return;
    clearTimeout(this.#deactivation.timer);
    this.#session.answer(this.#deactivation.correlation, undefined);
    this.#deactivation = undefined;
  }

  #grant(chunks: number): void {
    this.#credit += chunks;
    this.#session.credit(chunks);
  }

  async #awaitActivation(signal: AbortSignal): Promise<number | undefined> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake);
    try {
      for (;;) {
        if (signal.aborted) return undefined;
        if (this.#lost) throw new Error(`${this.partition}: the connection to the stream was lost`);
        if (this.#activation !== undefined) return this.#activation;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}
