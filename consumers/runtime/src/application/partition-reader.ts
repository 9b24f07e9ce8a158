import { createLogger } from '@gavel/observability/logger';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { type BackOff, delayBefore } from '../domain/back-off.ts';
import { countRebalance } from '../telemetry.ts';
import type { BatchCounts, BatchStore, JudgedBatch } from './apply-batch.ts';
import { type Checkpoint, isAllHeldAfter, isSamePlace, messageMark, readingFrom } from './checkpoint.ts';
import type { CommitStrategy } from './commit-strategy.ts';
import type { PartitionState, PartitionStatus } from './partition-status.ts';
import { PauseSwitch } from './pause-switch.ts';
import { DeliverySettling, rest } from './settle-deliveries.ts';
import { type EventSource, type StartPosition, type Subscription, SubscriptionRefused } from './source.ts';

const log = createLogger('consumer');

/** Waits between tries to reach the broker or the database. */
const RETRY_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };
/** How often a refused partition looks whether somebody has set its checkpoint. */
const REFUSED_PACE: BackOff = { firstMs: 2_000, maxMs: 10_000 };
/** Longer than any step of connecting takes to fail. */
const STEADY_MS = 20_000;

export interface PartitionReaderOptions {
  readonly definition: ConsumerDefinition;
  readonly partition: string;
  readonly source: EventSource;
  readonly store: BatchStore;
  readonly commit: CommitStrategy;
  readonly readCheckpoint: () => Promise<Checkpoint>;
  /** Most messages in one transaction. */
  readonly batchLimit: number;
  /**
   * 0 to 1, the same for all of an instance's partitions: what lost its connection together comes back together, and
   * the partitions take their places in the group in one order, which is what spreads them evenly over its members.
   */
  readonly jitter: (failures: number) => number;
}

/**
 * A member's reader of one partition: takes a place in the group, and reads from the group's checkpoint while the
 * partition is its own. Whatever fails on the way (broker, database, network, handler) ends in another try.
 */
export class PartitionReader {
  readonly #options: PartitionReaderOptions;
  readonly #settling: DeliverySettling;
  /** On until it is known whether the group is paused: what a paused group gets at its start is not applied. */
  readonly #paused = new PauseSwitch(true);
  #arePausesKnown = false;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #subscription: Subscription | undefined;
  #state: PartitionState = 'connecting';
  #problem: string | undefined;
  #checkpoint: Checkpoint = { offset: null, mark: null };
  /** A checkpoint whose own message retention has removed, and nothing after it. */
  #unmarked: bigint | undefined;
  /** When the oldest message of the batch in hand was stored. */
  #inHand: number | undefined;

  constructor(options: PartitionReaderOptions) {
    this.#options = options;
    this.#settling = new DeliverySettling({
      ...options,
      onFailure: (error, failures) => this.#fail(error, failures),
      onCommit: (batch, counts) => this.#committed(batch, counts),
      onOvertaken: (before, stored) => {
        // Also seen when a COMMIT had succeeded and its answer was lost.
        log.warn({ ...this.#names(), before, stored }, 'checkpoint is not where it was left');
      },
    });
    this.#done = this.#run();
  }

  /** Finishes the batch in hand, commits it and leaves. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#subscription?.close();
    await this.#done;
  }

  /** Keeps the partition and commits nothing, or goes on. A batch under way is finished. The first one waits for this. */
  setPaused(paused: boolean): void {
    const wasPaused = this.#isPaused;
    this.#arePausesKnown = true;
    this.#paused.set(paused);
    if (paused === wasPaused) return;
    log.info(this.#names(), paused ? 'paused' : 'resumed');
    if (!paused && this.#state === 'paused') this.#state = 'running';
  }

  status(): PartitionStatus {
    const newest = this.#subscription?.newestOffset;
    const { offset } = this.#checkpoint;
    const behind = newest === undefined ? 0n : newest - (offset ?? -1n);
    const oldest = this.#inHand ?? this.#subscription?.oldestWaiting;
    const isReading = this.#state === 'running';
    return {
      partition: this.#options.partition,
      state: isReading && this.#paused.isOn ? (this.#arePausesKnown ? 'paused' : 'connecting') : this.#state,
      held: this.#subscription !== undefined,
      offset,
      lagMessages: behind > 0n ? Number(behind) : 0,
      lagSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1000),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  get #isPaused(): boolean {
    return this.#arePausesKnown && this.#paused.isOn;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const startedAt = Date.now();
      try {
        await this.#takePlace();
      } catch (error) {
        if (this.#checkpoint.mark !== null && isAllHeldAfter(this.#checkpoint, error)) {
          this.#unmarked = this.#checkpoint.offset ?? undefined;
          continue;
        }
        // What held for a while was no failure in a row: the next one is the first again, in pace and in the log.
        failures = Date.now() - startedAt > STEADY_MS ? 1 : failures + 1;
        this.#fail(error, failures);
        if (error instanceof SubscriptionRefused) await this.#untilItCanBeRead();
        else await rest(delayBefore(failures, RETRY_PACE, this.#options.jitter(failures)), signal);
      }
    }
    this.#state = 'stopped';
  }

  /** Reads whenever it is this member's turn. Returns when stopped, and throws what ended it otherwise. */
  async #takePlace(): Promise<void> {
    const { source, definition, partition } = this.#options;
    const seat = await source.join(partition, { name: definition.name, stream: definition.stream });
    try {
      while (!this.#stopping.signal.aborted) {
        this.#state = 'standby';
        this.#problem = undefined;
        const subscription = await seat.turn(() => this.#startPosition(), this.#stopping.signal);
        if (subscription === undefined) return;
        countRebalance(this.#options.definition.name);
        this.#subscription = subscription;
        try {
          await this.#read(subscription);
        } finally {
          this.#inHand = undefined;
          this.#subscription = undefined;
          await subscription.close();
          log.info(this.#names(), 'left to the group');
        }
      }
    } finally {
      await seat.close();
    }
  }

  async #startPosition(): Promise<StartPosition> {
    this.#checkpoint = await this.#readPlace();
    return readingFrom(this.#checkpoint);
  }

  async #readPlace(): Promise<Checkpoint> {
    const stored = await this.#options.readCheckpoint();
    return stored.offset === this.#unmarked ? { ...stored, mark: null } : stored;
  }

  async #read(subscription: Subscription): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, subscription.ended]);
    // Told to stop while the turn was being taken: nobody would end a wait for messages any more.
    if (signal.aborted) return;
    await this.#checkMark(subscription);
    log.info({ ...this.#names(), offset: this.#checkpoint.offset }, 'reading');
    this.#state = 'running';
    for (;;) {
      const taken = await subscription.take(this.#options.batchLimit);
      if (taken === undefined || signal.aborted) return;
      const { offset } = this.#checkpoint;
      const deliveries = offset === null ? taken : taken.filter((delivery) => delivery.offset > offset);
      this.#inHand = deliveries[0]?.storedAt;
      await this.#paused.whileOn(signal);
      if (signal.aborted) return;
      const settled = await this.#settling.settle(deliveries, offset, signal);
      this.#inHand = undefined;
      if (settled.kind === 'moved-back') throw new Error('the checkpoint was moved back');
      if (settled.kind === 'left') return;
      this.#checkpoint = { ...this.#checkpoint, offset: settled.offset };
    }
  }

  /** The message that was applied last has to be where it was: otherwise the offsets after it mean other events. */
  async #checkMark(subscription: Subscription): Promise<void> {
    const { offset, mark } = this.#checkpoint;
    if (offset === null || mark === null) return;
    const [last] = (await subscription.take(1)) ?? [];
    if (last === undefined) return;
    const found = last.offset === offset ? messageMark(last) : 'nothing';
    if (found === mark) return;
    throw new SubscriptionRefused(this.#options.partition, {
      reason: 'other-message',
      offset,
      applied: mark,
      found,
    });
  }

  /**
   * A stream that grows does not become the one that was lost: somebody who sets the checkpoint ends a refusal. Or the very
   * message that was applied is found at its offset again: the broker had spoken for a replica that was behind, as one
   * can be for moments after a failover.
   */
  async #untilItCanBeRead(): Promise<void> {
    const refused = this.#checkpoint;
    const { signal } = this.#stopping;
    for (let looks = 1; !signal.aborted; looks++) {
      await rest(delayBefore(looks, REFUSED_PACE), signal);
      // While the database is away there is nothing to see; the next look is soon.
      const stored = await this.#readPlace().catch(() => refused);
      if (!isSamePlace(stored, refused) || (await this.#isThereAgain(refused))) return;
    }
  }

  async #isThereAgain({ offset, mark }: Checkpoint): Promise<boolean> {
    if (offset === null || mark === null) return false;
    try {
      const subscription = await this.#options.source.subscribe(this.#options.partition, { at: offset });
      const stop = (): void => void subscription.close();
      this.#stopping.signal.addEventListener('abort', stop, { once: true });
      try {
        const [last] = (await subscription.take(1)) ?? [];
        return last?.offset === offset && messageMark(last) === mark;
      } finally {
        this.#stopping.signal.removeEventListener('abort', stop);
        await subscription.close();
      }
    } catch (error) {
      log.debug({ ...this.#names(), err: error }, 'still cannot be read');
      return false;
    }
  }

  #committed(batch: JudgedBatch, counts: BatchCounts): void {
    this.#checkpoint = { offset: batch.move.to, mark: batch.move.mark ?? null };
    if (counts.parked > 0) log.error({ ...this.#names(), ...counts, upTo: batch.move.to }, 'events parked');
    if (this.#state === 'retrying') log.info(this.#names(), 'going on');
    this.#state = 'running';
    this.#problem = undefined;
  }

  #fail(error: unknown, failures: number): void {
    if (error instanceof SubscriptionRefused) {
      log.error({ ...this.#names(), err: error }, 'cannot be read without loss');
      this.#state = 'refused';
      this.#problem = error.message;
      return;
    }
    if (this.#stopping.signal.aborted) return;
    this.#state = 'retrying';
    this.#problem = error instanceof Error ? error.message : String(error);
    // The first failure and then each tenfold number of them: a long outage fills no log.
    if (/^10*$/.test(String(failures))) log.warn({ ...this.#names(), failures, err: error }, this.#problem);
  }

  #names(): { consumer: string; partition: string } {
    return { consumer: this.#options.definition.name, partition: this.#options.partition };
  }
}
