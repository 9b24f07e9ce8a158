import { createLogger } from '@gavel/observability/logger';
import {
  type EventSource,
  type StartPosition,
  type Subscription,
  SubscriptionRefused,
} from '@gavel/rabbitmq/event-source';
import { type BackOff, delayBefore, pause, type Running } from '@gavel/resilience';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { countRebalance, countReceived } from '../telemetry/metrics.ts';
import type { BatchCounts, BatchStore, ClassifiedBatch } from './apply-batch.ts';
import { DeliveryApplier } from './apply-deliveries.ts';
import {
  type Checkpoint,
  type CommitStrategy,
  isOnlyCommittedMessageGone,
  requireSameMessage,
  startPosition,
} from './checkpoint.ts';
import { messageOf } from './classify-delivery.ts';
import { GRACE_MS, GracePeriod } from './grace-period.ts';
import { PartitionProgress, type PartitionStatus } from './partition-status.ts';
import { waitUntilReadable } from './wait-until-readable.ts';

const log = createLogger('consumer');

/** Delays between attempts to reach the broker or the database. */
const RETRY_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };
/** Longer than any step of connecting takes to fail. A failure after this much time of work counts as the first again. */
const STABLE_MS = 20_000;

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
   * 0 to 1, the same for all partitions of an instance: partitions that lost their connection together retry together, and
   * join the group in the same order, which lets the broker spread them evenly over the members.
   */
  readonly jitter: (failures: number) => number;
  /** How long the stream may end before the checkpoint until that counts as a loss; default: 30 s. */
  readonly graceMs?: number;
}

/** One member's reader of one partition. */
export interface PartitionReader extends Running {
  readonly partition: string;
  status(): PartitionStatus;
  /** While paused, the member keeps the partition and commits nothing. A running batch is finished. */
  setPaused(paused: boolean): void;
  /**
   * Returns a function for the offset that is stored after this call. If somebody has set it, the member reads again from
   * there, also while it is paused. Not during a batch: its compare-and-set notices the same.
   */
  watchCheckpoint(): (stored: bigint | null) => void;
}

/** Somebody has set the checkpoint. */
class CheckpointSet extends Error {
  override readonly name = 'CheckpointSet';
}

/**
 * Joins the group and, while this member is the active one, reads the partition from the group's checkpoint. Any failure
 * (broker, database, network, handler) leads to a retry. `stop` finishes the current batch, commits it and leaves. Nothing
 * is applied before the first call of `setPaused`.
 */
export function startPartitionReader(options: PartitionReaderOptions): PartitionReader {
  return new Reader(options);
}

class Reader implements PartitionReader {
  readonly partition: string;
  readonly #options: PartitionReaderOptions;
  readonly #names: { readonly consumer: string; readonly partition: string };
  readonly #progress: PartitionProgress;
  readonly #applier: DeliveryApplier;
  readonly #grace: GracePeriod;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  /** Aborted when somebody has set the checkpoint, which ends the current subscription. */
  #checkpointSet = new AbortController();
  /** The offset of a checkpoint whose message retention has removed: its fingerprint cannot be compared. */
  #unverifiable: bigint | undefined;

  constructor(options: PartitionReaderOptions) {
    this.#options = options;
    this.partition = options.partition;
    this.#names = { consumer: options.definition.name, partition: options.partition };
    this.#progress = new PartitionProgress(options.partition);
    this.#grace = new GracePeriod(options.graceMs ?? GRACE_MS);
    this.#applier = new DeliveryApplier({
      ...options,
      onFailure: (error, failures) => this.#noteFailure(error, failures),
      onCommit: (batch, counts, version) => this.#noteCommit(batch, counts, version),
    });
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#progress.subscription?.close();
    await this.#done;
  }

  setPaused(paused: boolean): void {
    const progress = this.#progress;
    const wasPaused = progress.isPaused;
    progress.setPaused(paused);
    if (paused !== wasPaused) log.info(this.#names, paused ? 'paused' : 'resumed');
  }

  status(): PartitionStatus {
    return this.#progress.status();
  }

  watchCheckpoint(): (stored: bigint | null) => void {
    const wasSet = this.#progress.watchCheckpoint();
    return (stored) => {
      if (!wasSet(stored)) return;
      log.info({ ...this.#names, stored }, 'somebody has set the checkpoint');
      this.#checkpointSet.abort();
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const startedAt = Date.now();
      try {
        await this.#readAsMember();
      } catch (error) {
        if (error instanceof CheckpointSet || this.#cannotVerify(error)) continue;
        failures = Date.now() - startedAt > STABLE_MS ? 1 : failures + 1;
        await this.#recover(error, failures);
      }
    }
    this.#progress.state = 'stopped';
  }

  /** Joins the group and reads whenever this member is the active one. Returns when stopped; otherwise throws. */
  async #readAsMember(): Promise<void> {
    const { source, definition, partition } = this.#options;
    const member = await source.join(partition, { name: definition.name, stream: definition.stream });
    try {
      while (!this.#stopping.signal.aborted) {
        this.#progress.state = 'standby';
        this.#progress.problem = undefined;
        const subscription = await member.whenActive(() => this.#startPosition(), this.#stopping.signal);
        if (subscription === undefined) return;
        countRebalance(definition.name);
        await this.#readWhileActive(subscription);
      }
    } finally {
      await member.close();
    }
  }

  async #readWhileActive(subscription: Subscription): Promise<void> {
    this.#progress.subscription = subscription;
    const ending = new AbortController();
    this.#checkpointSet = ending;
    // The wait for the next messages ends with the subscription.
    ending.signal.addEventListener('abort', () => void subscription.close());
    try {
      await this.#read(subscription, AbortSignal.any([this.#stopping.signal, subscription.ended]));
      // The broker gives another position only to a member that joins again.
      if (ending.signal.aborted) throw new CheckpointSet();
    } finally {
      this.#progress.setInHand([]);
      this.#progress.subscription = undefined;
      await subscription.close();
      log.info(this.#names, 'released to the group');
    }
  }

  async #startPosition(): Promise<StartPosition> {
    this.#progress.checkpoint = await this.#readCheckpoint();
    return startPosition(this.#progress.checkpoint);
  }

  async #readCheckpoint(): Promise<Checkpoint> {
    const stored = await this.#options.readCheckpoint();
    return stored.offset === this.#unverifiable ? { ...stored, fingerprint: null } : stored;
  }

  /** Takes what arrives, applies it and commits it, until the subscription ends or the reader is stopped. */
  async #read(subscription: Subscription, signal: AbortSignal): Promise<void> {
    const progress = this.#progress;
    // If the stop came while the partition was assigned, nothing would end a wait for messages.
    if (signal.aborted) return;
    await this.#verifyCheckpoint(subscription);
    log.info({ ...this.#names, offset: progress.checkpoint.offset }, 'reading');
    progress.state = 'running';
    for (;;) {
      const taken = await subscription.take(this.#options.batchLimit);
      if (taken === undefined || signal.aborted) return;
      const { checkpoint } = progress;
      const { offset } = checkpoint;
      const deliveries = offset === null ? taken : taken.filter((delivery) => delivery.offset > offset);
      countReceived(this.#names, deliveries.length);
      progress.setInHand(deliveries);
      await progress.whilePaused(signal);
      if (signal.aborted) return;
      progress.isApplying = true;
      const applied = await this.#applier.apply(deliveries, checkpoint, signal).finally(() => {
        progress.isApplying = false;
      });
      progress.setInHand([]);
      if (applied.kind === 'aborted') return;
      if (applied.kind === 'committed') continue;
      // This also happens when a COMMIT succeeded and its answer was lost.
      log.warn({ ...this.#names, before: progress.checkpoint.offset }, 'somebody has written the checkpoint');
      throw new CheckpointSet();
    }
  }

  async #verifyCheckpoint(subscription: Subscription): Promise<void> {
    const { checkpoint } = this.#progress;
    if (checkpoint.offset !== null && checkpoint.fingerprint !== null) {
      const [first] = (await subscription.take(1)) ?? [];
      // A subscription that ended says nothing about the message.
      if (first !== undefined) requireSameMessage(this.#options.partition, checkpoint, first);
    }
    this.#grace.end();
  }

  /** True when retention has removed the committed message and nothing else: reading continues without the comparison. */
  #cannotVerify(error: unknown): boolean {
    const { checkpoint } = this.#progress;
    if (!isOnlyCommittedMessageGone(checkpoint, error)) return false;
    this.#unverifiable = checkpoint.offset ?? undefined;
    return true;
  }

  /** Returns when it is time for a retry: after a delay, or when a refused partition can be read again. */
  async #recover(error: unknown, failures: number): Promise<void> {
    const mayPass = this.#grace.covers(error, this.#progress.checkpoint);
    if (error instanceof SubscriptionRefused && !mayPass) {
      await this.#standStill(error);
      return;
    }
    this.#noteFailure(error, failures);
    await pause(delayBefore(failures, RETRY_PACE, this.#options.jitter(failures)), this.#stopping.signal);
  }

  async #standStill(loss: SubscriptionRefused): Promise<void> {
    const progress = this.#progress;
    log.error({ ...this.#names, err: loss }, 'cannot be read without loss');
    progress.state = 'refused';
    progress.problem = loss.message;
    const { partition, source } = this.#options;
    const refused = {
      partition,
      source,
      readCheckpoint: () => this.#readCheckpoint(),
      onUnread: (unread: typeof progress.unread) => {
        progress.unread = unread;
      },
      signal: this.#stopping.signal,
    };
    await waitUntilReadable(refused, progress.checkpoint, loss.refusal);
    progress.unread = undefined;
    this.#grace.end();
  }

  #noteCommit({ move }: ClassifiedBatch, counts: BatchCounts, version: string): void {
    const progress = this.#progress;
    progress.checkpoint = { offset: move.to, fingerprint: move.fingerprint ?? null, version };
    if (counts.parked > 0) log.error({ ...this.#names, ...counts, upTo: move.to }, 'events parked');
    if (progress.state === 'retrying') log.info(this.#names, 'works again');
    progress.state = 'running';
    progress.problem = undefined;
  }

  #noteFailure(error: unknown, failures: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#progress.state = 'retrying';
    this.#progress.problem = messageOf(error);
    // Failures 1, 10, 100 and so on are logged: a long outage must not fill the log.
    if (/^10*$/.test(String(failures))) {
      log.warn({ ...this.#names, failures, err: error }, this.#progress.problem);
    }
  }
}
