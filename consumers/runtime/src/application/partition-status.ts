import type { Delivery, Subscription } from '@gavel/rabbitmq/event-source';
import { pause } from '@gavel/resilience';
import { type Checkpoint, NO_CHECKPOINT } from './checkpoint.ts';
import type { Unread } from './wait-until-readable.ts';

/** What a partition's reader is doing. */
export type PartitionState =
  /** Reads, or waits for something to read. */
  | 'running'
  /** Another member of the group reads the partition; this one can take over. */
  | 'standby'
  /** The partition is paused: nothing is committed until it is resumed. */
  | 'paused'
  /** Not yet connected to the broker and the database. */
  | 'connecting'
  /** Something failed, perhaps only for a moment; the reader retries. */
  | 'retrying'
  /**
   * The stream no longer holds the checkpoint's offset: to continue would lose events. Waits until somebody sets the
   * checkpoint.
   */
  | 'refused'
  | 'stopped';

/** The states in which nothing is wrong. */
export const HEALTHY_STATES: ReadonlySet<PartitionState> = new Set(['running', 'standby', 'paused']);

/** One partition of a running consumer, for health checks and for people. */
export interface PartitionStatus {
  readonly partition: string;
  readonly state: PartitionState;
  /** True while this member reads the partition. */
  readonly held: boolean;
  /** Last offset committed, null before the first commit. While another member reads: the last one that this member knew. */
  readonly offset: bigint | null;
  /** Offsets between the last committed one and the last known end of the partition. */
  readonly lagMessages: number;
  /** Messages in memory: received, and their batch not committed. Bounded, however far behind the consumer is. */
  readonly inMemory: number;
  /** Age of the oldest message that was received and is not committed. */
  readonly lagSeconds: number;
  /** The current problem, if there is one. */
  readonly problem?: string;
}

const LONG_MS = 24 * 3600_000;

/** The state of a partition. The reader writes it; `status()` shows it. */
export class PartitionProgress {
  readonly #partition: string;
  state: PartitionState = 'connecting';
  problem: string | undefined;
  checkpoint: Checkpoint = NO_CHECKPOINT;
  subscription: Subscription | undefined;
  /** True while a batch is being applied: then the stored checkpoint may be ahead of the known one. */
  isApplying = false;
  /** The content of the partition while it is refused. */
  unread: Unread | undefined;
  #inHand: { readonly messages: number; readonly oldest: number } | undefined;
  /**
   * Aborted at the end of a pause. It exists from the start, because a paused group must not apply the first messages
   * that it receives.
   */
  #resumed: AbortController | undefined = new AbortController();
  #arePausesKnown = false;

  constructor(partition: string) {
    this.#partition = partition;
  }

  /** Stores which deliveries were taken and are not committed. */
  setInHand(deliveries: readonly Delivery[]): void {
    const [first] = deliveries;
    this.#inHand = first && { messages: deliveries.length, oldest: first.storedAt };
  }

  /** True when somebody has paused the partition. */
  get isPaused(): boolean {
    return this.#arePausesKnown && this.#resumed !== undefined;
  }

  setPaused(paused: boolean): void {
    this.#arePausesKnown = true;
    if (paused) {
      this.#resumed ??= new AbortController();
      return;
    }
    this.#resumed?.abort();
    this.#resumed = undefined;
  }

  /** Waits until the partition is known not to be paused. */
  async whilePaused(signal: AbortSignal): Promise<void> {
    while (this.#resumed !== undefined && !signal.aborted) {
      await pause(LONG_MS, AbortSignal.any([signal, this.#resumed.signal]));
    }
  }

  /**
   * Returns a function that takes the offset that was stored at some moment after this call: true if somebody else has stored it,
   * because this member has left the checkpoint at another offset and has committed nothing since.
   */
  watchCheckpoint(): (stored: bigint | null) => boolean {
    const { checkpoint, subscription } = this;
    return (stored) => {
      // Each commit replaces `checkpoint`, each start of reading `subscription`.
      const isSame = checkpoint === this.checkpoint && subscription === this.subscription;
      return subscription !== undefined && isSame && !this.isApplying && stored !== checkpoint.offset;
    };
  }

  status(): PartitionStatus {
    const newest = this.subscription?.newestOffset;
    const { offset } = this.checkpoint;
    const behind = newest === undefined ? 0 : Math.max(0, Number(newest - (offset ?? -1n)));
    const oldest = this.unread?.oldest ?? this.#inHand?.oldest ?? this.subscription?.oldestWaiting;
    return {
      partition: this.#partition,
      state: this.#shownState(),
      held: this.subscription !== undefined,
      offset,
      lagMessages: this.unread?.messages ?? behind,
      inMemory: (this.#inHand?.messages ?? 0) + (this.subscription?.waiting ?? 0),
      lagSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1000),
      ...(this.problem !== undefined && { problem: this.problem }),
    };
  }

  #shownState(): PartitionState {
    if (this.state !== 'running' || this.#resumed === undefined) return this.state;
    return this.#arePausesKnown ? 'paused' : 'connecting';
  }
}
