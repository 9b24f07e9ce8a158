import type { Reading, SegmentDraft } from './ports.ts';

/** `standby`: another archiver reads the partition. */
export type PartitionState = 'connecting' | 'standby' | 'running' | 'retrying' | 'stopped';

/** The states in which nothing is wrong. */
export const HEALTHY_STATES: ReadonlySet<PartitionState> = new Set(['running', 'standby']);

/** One partition of a running archiver, for health checks and for people. */
export interface PartitionStatus {
  readonly partition: string;
  readonly state: PartitionState;
  /** True while this process reads the partition. */
  readonly held: boolean;
  /** The last offset archived; null while nothing is. */
  readonly offset: bigint | null;
  /** When the generation that is written began; null while there is none. */
  readonly generation: string | null;
  /** Messages that are not archived, including those of the segment that is being filled. */
  readonly lagMessages: number;
  /** Age of the oldest message that was received and is not archived. */
  readonly lagSeconds: number;
  /**
   * How much older the oldest message of the stream is than the oldest one that is not archived: so far is retention from
   * removing a message that the archive lacks. Null while it is unknown, and for an empty stream.
   */
  readonly retentionBehindSeconds: number | null;
  /** The current problem, if there is one. */
  readonly problem?: string;
}

/** The state of a partition. Its archiver writes it; `status()` shows it. */
export class PartitionProgress {
  readonly #partition: string;
  state: PartitionState = 'connecting';
  problem: string | undefined;
  end: { readonly generation: number; readonly last: bigint } | undefined;
  reading: Reading | undefined;
  draft: SegmentDraft | undefined;
  /** When the oldest message of the stream was stored, at the last measurement. */
  streamOldest: number | undefined;

  constructor(partition: string) {
    this.#partition = partition;
  }

  status(): PartitionStatus {
    const newest = this.reading?.newestOffset;
    const offset = this.end?.last ?? null;
    const behind = newest === undefined ? 0 : Math.max(0, Number(newest - (offset ?? -1n)));
    const oldest = this.draft?.oldest ?? this.reading?.oldestWaiting;
    const now = Date.now();
    return {
      partition: this.#partition,
      state: this.state,
      held: this.reading !== undefined,
      offset,
      generation: this.end === undefined ? null : new Date(this.end.generation).toISOString(),
      lagMessages: behind,
      lagSeconds: oldest === undefined ? 0 : Math.max(0, (now - oldest) / 1000),
      retentionBehindSeconds:
        this.streamOldest === undefined
          ? null
          : Math.max(0, Math.round(((oldest ?? now) - this.streamOldest) / 1000)),
      ...(this.problem !== undefined && { problem: this.problem }),
    };
  }
}
