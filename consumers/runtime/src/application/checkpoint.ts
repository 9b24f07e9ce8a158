import type { Transaction } from '@gavel/postgres/transaction';
import { isEventId } from '@gavel/proto/envelope';
import { type Delivery, type StartPosition, SubscriptionRefused } from '@gavel/rabbitmq/event-source';

/** How far a consumer has read a partition. */
export interface Checkpoint {
  /** The last offset that it committed; null before the first commit. */
  readonly offset: bigint | null;
  /** Identifies the message at that offset (see messageFingerprint); null when it is unknown. */
  readonly fingerprint: string | null;
  /** Changes with every write of the checkpoint, even one that writes the same values; null when it was not read. */
  readonly version: string | null;
}

/** The checkpoint of a consumer that has committed nothing. */
export const NO_CHECKPOINT: Checkpoint = { offset: null, fingerprint: null, version: null };

/** A checkpoint as an instance left it: what a compare-and-set expects to find. */
export type CheckpointBefore = Pick<Checkpoint, 'offset' | 'version'>;

/** One step of a consumer in a partition, from the checkpoint as it left it to a later offset. */
export interface CheckpointMove {
  readonly consumer: string;
  readonly partition: string;
  readonly from: CheckpointBefore;
  readonly to: bigint;
  /** The fingerprint of the message at `to`. Without it, a recreated stream is recognised only by being too short. */
  readonly fingerprint?: string;
}

/**
 * What the compare-and-set found: `moved`, with the checkpoint's new version, or `overtaken` when somebody else has written the
 * checkpoint. Then another instance has continued, or somebody has set it: nothing may be applied, and reading starts again from
 * the stored checkpoint. The messages in hand must not be used: the stream may have been recreated meanwhile.
 */
export type MoveOutcome =
  | { readonly kind: 'moved'; readonly version: string }
  | { readonly kind: 'overtaken' };

/**
 * How an effect and its offset are committed. `commitTogether` is used in production and puts both into one transaction. It
 * can be replaced so that a test can run a consumer that commits wrongly and show that the checker finds the loss.
 */
export type CommitStrategy = (
  move: CheckpointMove,
  effect: (tx: Transaction) => Promise<void>,
) => Promise<MoveOutcome>;

/**
 * Distinguishes a message from any message that a recreated stream holds at the same offset: the event's id, or for a
 * message without one the time at which the broker stored its chunk.
 */
export function messageFingerprint({ content, storedAt }: Delivery): string {
  const id = content.ok ? content.headers.cloudEvents_id : undefined;
  return id !== undefined && isEventId(id) ? id : `stored ${storedAt}`;
}

/** Where to start reading. A checkpoint with a fingerprint starts at the committed message itself, to compare it. */
export function startPosition({ offset, fingerprint }: Checkpoint): StartPosition {
  if (offset === null) return 'first';
  return fingerprint === null ? { after: offset } : { at: offset };
}

/**
 * Throws SubscriptionRefused unless the message that was committed last is still at its offset: otherwise the stream was
 * recreated, and the offsets after it belong to other events.
 * @param first the first delivery of a subscription that started at `startPosition(checkpoint)`
 */
export function requireSameMessage(
  partition: string,
  { offset, fingerprint }: Checkpoint,
  first: Delivery | undefined,
): void {
  if (offset === null || fingerprint === null) return;
  const found = first?.offset === offset ? messageFingerprint(first) : 'nothing';
  if (found === fingerprint) return;
  throw new SubscriptionRefused(partition, { reason: 'other-message', offset, applied: fingerprint, found });
}

/**
 * True when retention has removed the committed message and nothing after it. Then no event is lost, but the fingerprint
 * cannot be compared. A recreated stream would start at offset 0 and not right after the checkpoint.
 */
export function isOnlyCommittedMessageGone({ offset, fingerprint }: Checkpoint, error: unknown): boolean {
  if (offset === null || fingerprint === null || !(error instanceof SubscriptionRefused)) return false;
  return error.refusal.reason === 'retention-passed' && error.refusal.first === offset + 1n;
}

/**
 * False as soon as somebody has written the checkpoint, even with the same values, because writing it is a decision to
 * continue there.
 */
export function isUnchanged(one: Checkpoint, other: Checkpoint): boolean {
  return (
    one.offset === other.offset && one.fingerprint === other.fingerprint && one.version === other.version
  );
}
