import type { Transaction } from '@gavel/postgres/transaction';
import { type Delivery, type StartPosition, SubscriptionRefused } from '@gavel/rabbitmq/event-source';

/** Where a consumer stands in a partition. */
export interface Checkpoint {
  /** The last offset that it committed; null before the first. */
  readonly offset: bigint | null;
  /** What marks the message at that offset, where that is known: see messageMark. */
  readonly mark: string | null;
  /** Changes whenever anybody writes the checkpoint, also to what it was; null where that was not looked at. */
  readonly version: string | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * What tells a message from whatever another stream holds at its offset: the event's id, and where a message has none,
 * the moment at which the broker stored its chunk.
 */
export function messageMark({ content, storedAt }: Delivery): string {
  const id = content.ok ? content.headers.cloudEvents_id : undefined;
  return id !== undefined && UUID.test(id) ? id : `stored ${storedAt}`;
}

/** From where to read on; with a mark, from the marked message itself, so that it can be looked at. */
export function readingFrom({ offset, mark }: Pick<Checkpoint, 'offset' | 'mark'>): StartPosition {
  if (offset === null) return 'first';
  return mark === null ? { after: offset } : { at: offset };
}

/**
 * True for the refusal of a checkpoint whose own message is the last that retention has removed: everything after it is
 * there, and only the mark cannot be looked at. A stream that was made anew begins at 0 and not there.
 */
export function isAllHeldAfter({ offset }: Checkpoint, error: unknown): boolean {
  if (offset === null || !(error instanceof SubscriptionRefused)) return false;
  return error.refusal.reason === 'retention-passed' && error.refusal.first === offset + 1n;
}

/** False also when somebody has put a checkpoint to the very place where it was: that is a decision too. */
export function isSamePlace(one: Checkpoint, other: Checkpoint): boolean {
  return one.offset === other.offset && one.mark === other.mark && one.version === other.version;
}

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
