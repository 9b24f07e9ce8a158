import type { Transaction } from '@gavel/postgres/transaction';

/** One step of a consumer in a partition: from the offset it last committed (null: none yet) to a later one. */
export interface CheckpointMove {
  readonly consumer: string;
  readonly partition: string;
  readonly from: bigint | null;
  readonly to: bigint;
  /** What marks the message at `to` (messageMark); without it, a stream made anew is known only by its length. */
  readonly mark?: string;
}

/**
 * What the compare-and-set found: `moved`, or `overtaken` when the checkpoint is not where this instance left it.
 * Another instance has read on, or somebody has set it: nothing may be applied, the checkpoint has to be read again.
 */
export type MoveOutcome = 'moved' | 'overtaken';

/**
 * How an effect and its offset are committed. The one in use (`commitTogether`) puts both into one transaction; the
 * seat exists so that a proof can plant one that does not, and see the checker find the loss.
 */
export type CommitStrategy = (
  move: CheckpointMove,
  effect: (tx: Transaction) => Promise<void>,
) => Promise<MoveOutcome>;
