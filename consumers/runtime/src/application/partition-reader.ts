import { createLogger } from '@gavel/observability/logger';
import {
  type Delivery,
  type EventSource,
  type StartPosition,
  type Subscription,
  SubscriptionRefused,
} from '@gavel/rabbitmq/event-source';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { countConsumed, countRebalance } from '../telemetry.ts';
import type { BatchCounts, BatchStore, ClassifiedBatch } from './apply-batch.ts';
import type { CommitStrategy } from './checkpoint.ts';
import { type Checkpoint, isAllHeldAfter, messageMark, readingFrom } from './checkpoint.ts';
import { GRACE_MS, GracePeriod } from './grace-period.ts';
import type { PartitionState, PartitionStatus } from './partition-status.ts';
import { PauseSwitch } from './pause-switch.ts';
import { type Unread, untilReadable } from './refused-place.ts';
import { DeliverySettling } from './settle-deliveries.ts';

const log = createLogger('consumer');

/** Waits between tries to reach the broker or the database. */
const RETRY_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };
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
  /** How long a stream may end before the message that was applied last, until that is a loss; 30 s unless told. */
  readonly graceMs?: number;
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
  #checkpoint: Checkpoint = { offset: null, mark: null, version: null };
  /** A checkpoint whose own message retention has removed, and nothing after it. */
  #unmarked: bigint | undefined;
  /** What was taken and is not committed: how many messages, and when the oldest was stored. */
  #inHand: { readonly messages: number; readonly oldest: number } | undefined;
  readonly #grace: GracePeriod;
  /** While it is refused. */
  #unread: Unread | undefined;

  constructor(options: PartitionReaderOptions) {
    this.#options = options;
    this.#grace = new GracePeriod(options.graceMs ?? GRACE_MS);
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
    const behind = newest === undefined ? 0 : Math.max(0, Number(newest - (offset ?? -1n)));
    const oldest = this.#unread?.oldest ?? this.#inHand?.oldest ?? this.#subscription?.oldestWaiting;
    const isReading = this.#state === 'running';
    return {
      partition: this.#options.partition,
      state: isReading && this.#paused.isOn ? (this.#arePausesKnown ? 'paused' : 'connecting') : this.#state,
      held: this.#subscription !== undefined,
      offset,
      lagMessages: this.#unread?.messages ?? behind,
      inMemory: (this.#inHand?.messages ?? 0) + (this.#subscription?.waiting ?? 0),
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
        await this.#joinGroup();
      } catch (error) {
        if (this.#checkpoint.mark !== null && isAllHeldAfter(this.#checkpoint, error)) {
          this.#unmarked = this.#checkpoint.offset ?? undefined;
          continue;
        }
        // What held for a while was no failure in a row: the next one is the first again, in pace and in the log.
        failures = Date.now() - startedAt > STEADY_MS ? 1 : failures + 1;
        const isPassing = this.#grace.covers(error, this.#checkpoint);
        if (error instanceof SubscriptionRefused && !isPassing) {
          await this.#standStill(error);
          continue;
        }
        this.#fail(error, failures);
        await pause(delayBefore(failures, RETRY_PACE, this.#options.jitter(failures)), signal);
      }
    }
    this.#state = 'stopped';
  }

  /** Reads whenever this member is the active consumer of the partition. Returns when stopped, and throws what ended it otherwise. */
  async #joinGroup(): Promise<void> {
    const { source, definition, partition } = this.#options;
    const consumer = await source.join(partition, { name: definition.name, stream: definition.stream });
    try {
      while (!this.#stopping.signal.aborted) {
        this.#state = 'standby';
        this.#problem = undefined;
        const subscription = await consumer.whenActive(() => this.#startPosition(), this.#stopping.signal);
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
      await consumer.close();
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
    this.#grace.end();
    log.info({ ...this.#names(), offset: this.#checkpoint.offset }, 'reading');
    this.#state = 'running';
    for (;;) {
      const taken = await subscription.take(this.#options.batchLimit);
      if (taken === undefined || signal.aborted) return;
      const { offset } = this.#checkpoint;
      const deliveries = offset === null ? taken : taken.filter((delivery) => delivery.offset > offset);
      countConsumed(this.#options.definition.name, this.#options.partition, deliveries.length);
      this.#inHand = inHand(deliveries);
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

  async #standStill(loss: SubscriptionRefused): Promise<void> {
    log.error({ ...this.#names(), err: loss }, 'cannot be read without loss');
    this.#state = 'refused';
    this.#problem = loss.message;
    const { partition, source } = this.#options;
    const options = {
      partition,
      source,
      readCheckpoint: () => this.#readPlace(),
      onUnread: (unread: Unread) => {
        this.#unread = unread;
      },
      signal: this.#stopping.signal,
    };
    await untilReadable(options, this.#checkpoint, loss.refusal);
    this.#unread = undefined;
    this.#grace.end();
  }

  #committed(batch: ClassifiedBatch, counts: BatchCounts): void {
    this.#checkpoint = { offset: batch.move.to, mark: batch.move.mark ?? null, version: null };
    if (counts.parked > 0) log.error({ ...this.#names(), ...counts, upTo: batch.move.to }, 'events parked');
    if (this.#state === 'retrying') log.info(this.#names(), 'going on');
    this.#state = 'running';
    this.#problem = undefined;
  }

  #fail(error: unknown, failures: number): void {
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

function inHand(deliveries: readonly Delivery[]): { messages: number; oldest: number } | undefined {
  const [first] = deliveries;
  return first && { messages: deliveries.length, oldest: first.storedAt };
}
