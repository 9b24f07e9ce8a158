import type { GroupConsumer, StartPosition, Subscription } from './event-source.ts';
import { refuseLostOffsets, type StreamEnds } from './refuse-lost-offsets.ts';
import type { Subscriber } from './stream-session.ts';
import { INITIAL_CREDIT, StreamSubscription } from './stream-subscription.ts';

/** What a consumer of a group needs from its connection. */
export interface ConsumerSession {
  readonly partition: string;
  readonly ends: StreamEnds;
  credit(chunks: number): void;
  /** Answers the broker: from where it shall send, or that nothing is to be sent any more. */
  answer(correlation: number, from: StartPosition | undefined): void;
  unsubscribe(): Promise<void>;
}

/**
 * How long the group waits for the batch in hand of the member that the partition is taken from. A longer one is
 * committed all the same if it comes before the next member's first: the checkpoint's compare-and-set decides.
 */
const HANDOVER_MS = 3_000;

/**
 * One subscription with single active consumer: the broker tells it when the partition is its own and when no longer
 * (ConsumerUpdate), and waits for the answer.
 */
export class SingleActiveConsumer implements GroupConsumer, Subscriber {
  readonly partition: string;
  readonly #session: ConsumerSession;
  #current: StreamSubscription | undefined;
  /** Correlation id of the broker's unanswered question that makes this consumer the active one. */
  #given: number | undefined;
  /** The broker's unanswered word that it is no longer, and the end of its patience. */
  #taken: { correlation: number; timer: NodeJS.Timeout } | undefined;
  /** Chunks that the broker may send; lasts over turns. */
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
      const given = await this.#awaitGiven(signal);
      if (given === undefined) return undefined;
      const position = await from();
      await refuseLostOffsets(this.#session.ends, this.partition, position);
      // The group may have changed again meanwhile.
      if (this.#given !== given) continue;
      this.#given = undefined;
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
      this.#session.answer(given, position);
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
          this.#yield();
        },
      };
    }
  }

  async close(): Promise<void> {
    this.#current?.end();
    // An unanswered question would leave the partition to nobody.
    this.#yield();
    await this.#session.unsubscribe();
    this.end();
  }

  update(active: boolean, correlation: number): void {
    if (active) {
      this.#current?.end();
      this.#given = correlation;
      this.#wake?.();
      return;
    }
    this.#given = undefined;
    this.#yield();
    const current = this.#current;
    this.#current = undefined;
    this.#taken = { correlation, timer: setTimeout(() => this.#yield(), HANDOVER_MS) };
    if (current === undefined || current.ended.aborted) this.#yield();
    else current.end();
  }

  receive(chunk: Buffer, committed: bigint): void {
    this.#credit -= 1;
    this.#current?.receive(chunk, committed);
  }

  noteNewest(offset: bigint): void {
    this.#current?.noteNewest(offset);
  }

  /** The connection or the stream is gone. */
  end(): void {
    this.#lost = true;
    clearTimeout(this.#taken?.timer);
    this.#current?.end();
    this.#wake?.();
  }

  #yield(): void {
    if (this.#taken === undefined) return;
    clearTimeout(this.#taken.timer);
    this.#session.answer(this.#taken.correlation, undefined);
    this.#taken = undefined;
  }

  #grant(chunks: number): void {
    this.#credit += chunks;
    this.#session.credit(chunks);
  }

  async #awaitGiven(signal: AbortSignal): Promise<number | undefined> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake);
    try {
      for (;;) {
        if (signal.aborted) return undefined;
        if (this.#lost) throw new Error(`${this.partition}: the connection to the stream was lost`);
        if (this.#given !== undefined) return this.#given;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}
